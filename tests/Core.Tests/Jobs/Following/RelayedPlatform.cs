using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs.Following;

/// <summary>
/// A platform that shows the outputs of a job as a test says, and passes all else on to a sandbox: the files that it shows are there and can be
/// received. Its clock skips the intervals of a watch.
/// </summary>
internal sealed class RelayedPlatform : IAsyncDisposable
{
    public const string JobId = "watched";

    /// <summary>No other wait has this length.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(61);

    private readonly SandboxFixture _sandbox;
    private readonly ScriptedServer _server;
    private readonly HttpClient _relay = new();
    private readonly Dictionary<string, JsonObject> _outputs = [];
    private int _listings;
    private int _rounds;

    private RelayedPlatform(SandboxFixture sandbox)
    {
        _sandbox = sandbox;
        _server = new ScriptedServer(AnswerAsync);
    }

    public SkippingTime Time { get; } = new(static due => due == Interval);

    /// <summary>Status of the job in each round: <c>word</c>, <c>word/reason</c>, a number for an HTTP status, or <c>lost</c>; the last one for ever.</summary>
    public Func<int, string> Status { get; set; } = static round => round < 3 ? "Executing" : "Completed/Completed successfully";

    /// <summary>What each listing has, page by page; null for a page that answers 404. Called with the listing's number, from 0.</summary>
    public Func<int, IReadOnlyList<IReadOnlyList<JsonObject>?>> Listing { get; set; } = static _ => [[]];

    /// <summary>Whether a call that is passed on fails with 500; called with its path.</summary>
    public Func<string, bool> Fails { get; set; } = static _ => false;

    public int Listings => _listings;

    /// <summary>Runs a job on the sandbox and keeps the records of its outputs by name.</summary>
    public static async Task<RelayedPlatform> StartAsync(SandboxFixture sandbox, string command)
    {
        var platform = new RelayedPlatform(sandbox);
        var id = await CollectedJob.RunAsync(sandbox, command);
        platform._relay.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Token {sandbox.Instance.ApiKey}");
        var listed = JsonNode.Parse(await platform._relay.GetStringAsync(new Uri(sandbox.Instance.ApiUrl, $"/api/v2/jobs/{id}/files/?page_size=1000")))!;
        foreach (var output in listed["results"]!.AsArray())
            platform._outputs.Add(output!["relativePath"]!.GetValue<string>(), output.AsObject());
        return platform;
    }

    /// <summary>The record of an output, under another path and id.</summary>
    public JsonObject Output(string name, string? path = null, string? id = null)
    {
        var copy = _outputs[name].DeepClone().AsObject();
        copy["relativePath"] = path ?? name;
        copy["name"] = (path ?? name)[((path ?? name).LastIndexOf('/') + 1)..];
        copy["id"] = id ?? copy["id"]!.GetValue<string>();
        return copy;
    }

    public Task<RescaleSession> ConnectAsync(string stateFolder) => RescaleSession.ConnectAsync(
        new ConnectOptions(_server.Url.AbsoluteUri, new ApiKey(_sandbox.Instance.ApiKey)) { StateFolder = stateFolder, Time = Time, Policy = Platform.Clients.Patient with { MaxRetries = 0 } }, default);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _relay.Dispose();
    }

    private async Task AnswerAsync(ScriptedRequest request, ScriptedReply reply)
    {
        if (request.Target.StartsWith($"/api/v3/jobs/{JobId}/statuses/", StringComparison.Ordinal))
            await AnswerStatusAsync(Status(_rounds++), reply);
        else if (request.Target.StartsWith($"/api/v2/jobs/{JobId}/files/", StringComparison.Ordinal))
            await AnswerListingAsync(request.Target, reply);
        else if (Fails(request.Target))
            await reply.JsonAsync(500, """{"detail":"no"}""");
        else
            await RelayAsync(request, reply);
    }

    private static Task AnswerStatusAsync(string answer, ScriptedReply reply)
    {
        if (answer == "lost")
            return reply.ResetAsync();
        if (int.TryParse(answer, CultureInfo.InvariantCulture, out var status))
            return reply.JsonAsync(status, """{"detail":"no"}""");
        var parts = answer.Split('/');
        return reply.JsonAsync(200, $$"""{"count":1,"next":null,"results":[{"status":"{{parts[0]}}","statusDate":"2026-01-02T03:04:05Z","statusReason":"{{(parts.Length > 1 ? parts[1] : "")}}"}]}""");
    }

    private Task AnswerListingAsync(string target, ScriptedReply reply)
    {
        var asked = System.Text.RegularExpressions.Regex.Match(target, "[?&]page=([0-9]+)");
        var page = asked.Success ? int.Parse(asked.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 1;
        var pages = Listing(page == 1 ? _listings++ : _listings - 1);
        if (pages.Count == 0)
            return reply.ResetAsync();
        if (pages[page - 1] is not { } entries)
            return reply.JsonAsync(404, """{"detail":"Not found."}""");
        var next = page < pages.Count ? $"\"{_server.Url}api/v2/jobs/{JobId}/files/?page={page + 1}\"" : "null";
        return reply.JsonAsync(200, $$"""{"count":9,"next":{{next}},"results":[{{string.Join(',', entries.Select(static entry => entry.ToJsonString()))}}]}""");
    }

    private async Task RelayAsync(ScriptedRequest request, ScriptedReply reply)
    {
        using var passed = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_sandbox.Instance.ApiUrl, request.Target));
        if (request.Body.Length > 0)
            passed.Content = new StringContent(request.BodyText, Encoding.UTF8, "application/json");
        using var answer = await _relay.SendAsync(passed);
        await reply.JsonAsync((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
