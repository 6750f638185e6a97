using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Benchmarks;

/// <summary>The long form of the kill tests: in each direction and on each storage, so many processes are killed at seeded moments.</summary>
internal sealed class KillSoak(int seed, int kills)
{
    private const int Length = (48 << 20) + 4321;

    public async Task<int> RunAsync()
    {
        Console.WriteLine($"Kills: seed {seed}, {kills} in each direction on each storage.");
        foreach (var storage in new[] { SandboxStorage.S3, SandboxStorage.Azure })
        {
            await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { StorageType = storage });
            var listener = storage == SandboxStorage.S3 ? "s3" : "azure";
            Console.WriteLine($"{storage} download: {await new KillRounds(sandbox, listener, seed, Length).DownloadAsync(kills)}");
            Console.WriteLine($"{storage} upload: {await new KillRounds(sandbox, listener, seed, Length).UploadAsync(kills)}");
        }

        return 0;
    }
}
