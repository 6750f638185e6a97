using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RescaleInterlink.Sandbox.Rest;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>One line of a fault plan: which exchanges, which of them, and what happens to them. Null fields match everything.</summary>
internal sealed class FaultRule
{
    public const string Api = "api";
    public const string S3 = "s3";
    public const string Azure = "azure";

    /// <summary>What a timer can count: 24 days.</summary>
    private const long LongestMilliseconds = int.MaxValue;

    /// <summary>They are in memory at once: 64 MiB.</summary>
    private const long MostExtraBytes = 64 << 20;

    private FaultRule()
    {
    }

    public string Target { get; private init; } = Api;
    public string? Method { get; private init; }
    public Regex? Path { get; private init; }

    /// <summary>Name of an operation of the storage.</summary>
    public string? Operation { get; private init; }
    public FaultKind Fault { get; private init; }

    /// <summary>Exchanges that match and are left alone first.</summary>
    public long Skip { get; private init; }

    /// <summary>How often it happens; null for always.</summary>
    public long? Times { get; private init; }
    public double Probability { get; private init; }
    public int Status { get; private init; }
    public string? Code { get; private init; }
    public long? RetryAfterSeconds { get; private init; }
    public TimeSpan? Duration { get; private init; }
    public long? AfterBytes { get; private init; }

    /// <summary>How many exchanges matched and how many were hit; the plan counts them.</summary>
    public long Matched { get; set; }
    public long Fired { get; set; }

    public bool Matches(string target, string method, string path, string? operation)
        => Target == target
            && (Method is null || Method.Equals(method, StringComparison.OrdinalIgnoreCase))
            && (Operation is null || Operation == operation)
            && (Path is null || Path.IsMatch(path));

    public static FaultRule Read(BodyReader body)
    {
        string target = body.Text("target");
        if (target is not ("" or Api or S3 or Azure))
            body.Fail("target", $"\"{target}\" is not a valid choice.");
        string fault = body.Text("fault");
        if (!(Enum.TryParse(fault, ignoreCase: true, out FaultKind kind) && Enum.IsDefined(kind)) && fault.Length > 0)
            body.Fail("fault", $"\"{fault}\" is not a valid choice.");
        long? milliseconds = Optional(body, "milliseconds", LongestMilliseconds);
        return new FaultRule
        {
            Target = target,
            Method = body.OptionalText("method"),
            Path = ReadPath(body),
            Operation = body.OptionalText("operation"),
            Fault = kind,
            Skip = body.Whole("skip", least: 0, fallback: 0),
            Times = Optional(body, "times"),
            Probability = body.Number("probability", fallback: 1),
            Status = (int)Math.Min(599, body.Whole("status", least: 200, fallback: 503)),
            Code = body.OptionalText("code"),
            RetryAfterSeconds = Optional(body, "retryAfterSeconds"),
            Duration = milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null,
            AfterBytes = Optional(body, "afterBytes", fault.Equals(nameof(FaultKind.Oversize), StringComparison.OrdinalIgnoreCase) ? MostExtraBytes : long.MaxValue),
        };
    }

    public JsonObject View() => new()
    {
        ["target"] = Target,
        ["method"] = Method,
        ["path"] = Path?.ToString(),
        ["operation"] = Operation,
        ["fault"] = char.ToLowerInvariant(Fault.ToString()[0]) + Fault.ToString()[1..],
        ["skip"] = Skip,
        ["times"] = Times,
        ["probability"] = Probability,
        ["status"] = Status,
        ["code"] = Code,
        ["retryAfterSeconds"] = RetryAfterSeconds,
        ["milliseconds"] = Duration?.TotalMilliseconds,
        ["afterBytes"] = AfterBytes,
        ["matched"] = Matched,
        ["fired"] = Fired,
    };

    private static long? Optional(BodyReader body, string field, long most = long.MaxValue)
    {
        long value = body.Whole(field, least: 0, fallback: -1);
        if (value > most)
            body.Fail(field, $"Ensure this value is less than or equal to {most}.");
        return value is >= 0 && value <= most ? value : null;
    }

    private static Regex? ReadPath(BodyReader body)
    {
        if (body.OptionalText("path") is not { } pattern)
            return null;
        try
        {
            // Every request is held against it, so its time must not explode with the path's length.
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            body.Fail("path", failure.Message);
            return null;
        }
    }
}
