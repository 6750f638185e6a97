using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

// A folder that is compressed while it is sent: what a killed process had sent of it is made again and compared.
public abstract partial class KillTests
{
    [Fact]
    public async Task An_upload_of_a_compressed_archive_survives_kills_at_random_moments()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var report = await new KillRounds(Sandbox, BytesOf, seed, Length).UploadArchiveAsync(Kills);
        output.WriteLine($"{report}");
        Assert.Equal(Kills, report.Kills);
        Assert.InRange(report.Resent, 0, Kills * 3L * Part + (1 << 20));
        Assert.Empty(report.Notices);
    }

    [Theory]
    [InlineData("BeforeBegin", 0)]
    [InlineData("AfterBegin", 0)]
    [InlineData("BeforePart:3", 0)]
    [InlineData("AfterPart:4", 1)]
    [InlineData("BeforeCommit", 5)]
    [InlineData("AfterCommit", 5)]
    [InlineData("Committed", 5)]
    [InlineData("Registered", 5)]
    public async Task An_upload_of_a_compressed_archive_that_ends_between_two_steps_goes_on(string point, int leastResumedParts)
    {
        using var folder = new TemporaryFolder();
        var name = $"case-{Guid.NewGuid():n}";
        var inputs = Directory.CreateDirectory(folder.File(name)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(inputs, "data"), EngineFixture.RandomBytes(Length));
        var content = await KillRounds.GzipOfAsync(inputs);
        var settings = Settings(folder, inputs, name, null) with { Delay = 100 };
        await using (var killed = TransferChild.Start(settings with { KillAt = point }))
        {
            Assert.True(await killed.ExitAsync() is not (0 or 1 or 2), string.Join('\n', killed.Lines));
            Assert.Null(killed.Outcome);
        }

        await using var next = TransferChild.Start(settings);
        Assert.True(await next.ExitAsync() == 0, string.Join('\n', next.Lines));
        Assert.InRange(next.Outcome!.ResumedBytes, Math.Min((long)leastResumedParts * Part, content.Length), content.Length);
        await using var session = await Sandbox.ConnectAsync();
        var file = Assert.Single(await session.Client.Files.ListAsync(default).Where(file => file.Name == name).ToListAsync());
        await using var engine = session.CreateEngine(new TransferOptions());
        var received = await session.Library.DownloadAsync(engine, file, folder.File("back"), overwrite: false, default);
        Assert.Equal(Integrity.Verified, received.Integrity);
        Assert.Equal(content, await File.ReadAllBytesAsync(folder.File("back")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.File(Path.Combine("state", "transfers"))));
    }
}
