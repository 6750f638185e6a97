using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>Clients for a scripted server, with waits that take no time.</summary>
internal static class Clients
{
    public const string Key = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Time-outs so long that <see cref="NoWaiting"/> tells them from waits.</summary>
    public static ApiPolicy Patient { get; } = new() { AttemptTimeout = TimeSpan.FromHours(5), ListingAttemptTimeout = TimeSpan.FromHours(5), TotalTime = TimeSpan.FromHours(20), ListingTime = TimeSpan.FromHours(20), Jitter = 0 };

    /// <summary>Fails after real milliseconds, once.</summary>
    public static ApiPolicy Hasty { get; } = new() { AttemptTimeout = TimeSpan.FromMilliseconds(200), ListingAttemptTimeout = TimeSpan.FromMilliseconds(200), MaxRetries = 0 };

    public static SkippingTime NoWaiting() => new(TimeSpan.FromHours(1));

    public static RescaleClient For(Uri url, TimeProvider? time = null, ApiPolicy? policy = null, double random = 0)
        => new(url, new ApiKey(Key), HttpTransport.Create(new NetworkOptions(), decompress: true), time ?? NoWaiting(), policy ?? Patient, () => random);

    public static RescaleClient For(ScriptedServer server, TimeProvider? time = null, ApiPolicy? policy = null, double random = 0)
        => For(server.Url, time, policy, random);

    public static JobRequest AnyJob { get; } = new()
    {
        Name = "Run_1",
        Jobanalyses =
        [
            new JobAnalysis
            {
                Command = "./run.sh",
                Analysis = new AnalysisReference("user_included", null),
                Hardware = new Hardware(new CoreTypeReference("emerald"), 4, null, 2),
                InputFiles = [new JobInputFile("fileA", true)],
            },
        ],
    };
}
