using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

public abstract partial class KillTests
{
    [Fact]
    public async Task An_upload_survives_kills_at_random_moments()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var report = await new KillRounds(Sandbox, BytesOf, seed, Length).UploadAsync(Kills);
        output.WriteLine($"{report}");
        Assert.Equal(Kills, report.Kills);
        // At each kill two parts were in flight, and one was perhaps not yet noted; the padding and the API's bodies are little.
        Assert.InRange(report.Resent, 0, Kills * 3L * Part + (1 << 20));
    }

    [Fact]
    public async Task Of_two_processes_at_one_upload_the_second_is_turned_away()
    {
        using var folder = new TemporaryFolder();
        var name = $"two-{Guid.NewGuid():n}.bin";
        await File.WriteAllBytesAsync(folder.File(name), EngineFixture.RandomBytes(Length));
        var settings = Settings(folder, folder.File(name), name, null);
        await using var first = TransferChild.Start(settings with { Delay = 1500 });
        await first.UntilAsync(1);
        await using (var second = TransferChild.Start(settings))
        {
            Assert.Equal(1, await second.ExitAsync());
            Assert.Contains(second.Lines, line => line.StartsWith("error " + ErrorIds.TransferInUse, StringComparison.Ordinal));
        }

        Assert.True(await first.ExitAsync() == 0, string.Join('\n', first.Lines));
        await using var session = await Sandbox.ConnectAsync();
        Assert.Single(await session.Client.Files.ListAsync(default).ToListAsync(), file => file.Name == name);
        Assert.Equal([name, "state", Path.Combine("state", "transfers")], folder.Names().OrderBy(entry => entry == name ? 0 : 1).ThenBy(entry => entry));
    }

    [Theory]
    [InlineData("BeforeBegin", 0)]
    [InlineData("AfterBegin", 0)]
    [InlineData("BeforePart:3", 0)]
    [InlineData("AfterPart:4", 1)]
    [InlineData("BeforeCommit", 4)]
    [InlineData("AfterCommit", 4)]
    [InlineData("Committed", 4)]
    [InlineData("Registered", 4)]
    public async Task An_upload_that_ends_between_two_steps_goes_on(string point, int leastResumedParts)
    {
        using var folder = new TemporaryFolder();
        var content = EngineFixture.RandomBytes(Length);
        var name = $"kill-{Guid.NewGuid():n}.bin";
        await File.WriteAllBytesAsync(folder.File(name), content);
        var settings = Settings(folder, folder.File(name), name, null) with { Delay = 100 };
        await using (var killed = TransferChild.Start(settings with { KillAt = point }))
        {
            Assert.True(await killed.ExitAsync() is not (0 or 1 or 2), string.Join('\n', killed.Lines));
            Assert.Null(killed.Outcome);
        }

        await using var next = TransferChild.Start(settings);
        Assert.True(await next.ExitAsync() == 0, string.Join('\n', next.Lines));
        Assert.InRange(next.Outcome!.ResumedBytes, (long)leastResumedParts * Part, Length);
        await using var session = await Sandbox.ConnectAsync();
        var registered = new List<PlatformFile>();
        await foreach (var file in session.Client.Files.ListAsync(default))
            if (file.Name == name) registered.Add(file);
        await using var engine = session.CreateEngine(new TransferOptions());
        var back = folder.File("back");
        var received = await session.Library.DownloadAsync(engine, Assert.Single(registered), back, overwrite: false, default);
        Assert.Equal(Integrity.Verified, received.Integrity);
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
        Assert.Equal(["back", name, "state", Path.Combine("state", "transfers")], folder.Names());
    }
}
