using RescaleInterlink.Archiving;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Testing;

/// <param name="Kills">Processes that were killed within a transfer.</param>
/// <param name="Transfers">Transfers that were completed, each compared byte by byte.</param>
/// <param name="Bytes">Plaintext bytes of them.</param>
/// <param name="WireBytes">Bytes of bodies that the storage has counted in the direction of the transfers.</param>
/// <param name="Resumed">Plaintext bytes that runs took over from the runs before them, over the last run of each transfer.</param>
public sealed record KillReport(int Kills, int Transfers, long Bytes, long WireBytes, long Resumed, IReadOnlyList<string> Notices)
{
    public override string ToString() => FormattableString.Invariant(
        $"{Kills} kills, {Transfers} transfers of {Bytes / Math.Max(Transfers, 1)} bytes whole and equal, {Resent} bytes sent again ({Resent / Math.Max(Kills, 1) >> 10} KiB a kill), {Resumed} taken over at the last, notices: {(Notices.Count == 0 ? "none" : string.Join("; ", Notices))}");

    /// <summary>Bytes on the wire that would not have been there without a kill.</summary>
    public long Resent => WireBytes - Bytes;
}

/// <summary>Kills processes at seeded random moments of their transfers and has them continued, until each file is whole; compares every byte.</summary>
/// <param name="listener">What the sandbox calls the counter of the storage's bytes: <c>s3</c> or <c>azure</c>.</param>
/// <param name="length">Plaintext bytes of a file.</param>
public sealed class KillRounds(SandboxFixture sandbox, string listener, int seed, int length)
{
    private readonly Random _random = new(seed);
    private readonly List<string> _notices = [];
    private int _kills;
    private int _transfers;
    private long _resumed;

    public Task<KillReport> UploadAsync(int kills) => UploadAsync(kills, static async (path, content) =>
    {
        await File.WriteAllBytesAsync(path, content);
        return content;
    });

    /// <summary>Of a folder that is compressed while it is sent.</summary>
    public Task<KillReport> UploadArchiveAsync(int kills) => UploadAsync(kills, static async (path, content) =>
    {
        Directory.CreateDirectory(path);
        await File.WriteAllBytesAsync(Path.Combine(path, "data"), content);
        return await GzipOfAsync(path);
    });

    /// <summary>The bytes that are sent of a folder as a compressed archive.</summary>
    public static async Task<byte[]> GzipOfAsync(string folder)
    {
        var archive = await FolderArchive.CreateAsync(folder, new ArchiveOptions { Compression = TarCompression.Gzip }, default);
        await using var stream = await ((IForwardSource)archive.Bytes).OpenAsync(default);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    /// <param name="place">Makes what is sent of the path, with this content, and tells its bytes.</param>
    private async Task<KillReport> UploadAsync(int kills, Func<string, byte[], Task<byte[]>> place)
    {
        using var folder = new TemporaryFolder();
        await using var session = await sandbox.ConnectAsync();
        long wire = 0;
        while (_kills < kills || _transfers == 0)
        {
            var name = $"kill-{seed}-{_transfers}.bin";
            var content = await place(folder.File(name), Content());
            var before = await CountAsync("bytesIn");
            var settings = Settings(folder, folder.File(name), name, null);
            var outcome = await RunToEndAsync(settings, kills);
            wire += await CountAsync("bytesIn") - before;
            var registered = await FindAsync(session, name);
            if (registered is not [var file]) throw Failed($"'{name}' is registered {registered.Count} times");
            if (file.Id != outcome.FileId) throw Failed("another record was made than was told");
            await CompareAsync(session, file, content, folder.File(name + ".back"));
            if (Directory.Exists(folder.File(name))) Directory.Delete(folder.File(name), recursive: true);
            else File.Delete(folder.File(name));
            RequireNothingLeft(folder);
        }

        return Report(wire);
    }

    public async Task<KillReport> DownloadAsync(int kills)
    {
        using var folder = new TemporaryFolder();
        await using var session = await sandbox.ConnectAsync();
        var content = Content();
        var source = folder.File("source.bin");
        await File.WriteAllBytesAsync(source, content);
        string fileId;
        await using (var engine = session.CreateEngine(new TransferOptions()))
        {
            using var local = new LocalFileSource(source);
            fileId = (await session.Library.UploadAsync(engine, local, $"kill-{seed}-down.bin", null, default)).Id;
        }

        File.Delete(source);
        long wire = 0;
        while (_kills < kills || _transfers == 0)
        {
            var target = folder.File($"target-{_transfers}.bin");
            var before = await CountAsync("bytesOut");
            var outcome = await RunToEndAsync(Settings(folder, target, "", fileId), kills);
            wire += await CountAsync("bytesOut") - before;
            if (outcome.Integrity != nameof(Integrity.Verified)) throw Failed($"integrity is {outcome.Integrity}");
            var received = await File.ReadAllBytesAsync(target);
            if (!content.AsSpan().SequenceEqual(received)) throw Failed("the bytes differ");
            File.Delete(target);
            RequireNothingLeft(folder);
        }

        return Report(wire);
    }

    /// <summary>One transfer: killed at growing positions, continued after each, until it ends by itself.</summary>
    private async Task<TransferOutcome> RunToEndAsync(TransferSettings settings, int kills)
    {
        long position = 0;
        while (true)
        {
            await using var child = TransferChild.Start(settings);
            if (_kills < kills)
            {
                // Some while it starts or ends, most while bytes move.
                position += (long)(_random.NextDouble() * length / 4);
                if (_random.Next(8) > 0) await child.UntilAsync(position);
                await Task.Delay(_random.Next(60));
                if (child.Outcome is null) await child.KillAsync();
            }

            var code = await child.ExitAsync();
            lock (_notices) _notices.AddRange(child.Lines.Where(line => line.StartsWith("notice ", StringComparison.Ordinal)));
            if (child.Outcome is { } outcome)
            {
                _transfers++;
                _resumed += outcome.ResumedBytes;
                return outcome;
            }

            if (code is 0 or 1 or 2) throw Failed($"the process ended with {code}: {string.Join(" | ", child.Lines)}");
            _kills++;
        }
    }

    private TransferSettings Settings(TemporaryFolder folder, string path, string name, string? fileId) => new(
        sandbox.Instance.ApiUrl.AbsoluteUri, sandbox.Instance.ApiKey, sandbox.Instance.CertificatePath, folder.File("state"), path, name, fileId);

    private byte[] Content()
    {
        var content = new byte[length];
        _random.NextBytes(content);
        return content;
    }

    private async Task<long> CountAsync(string direction)
    {
        return (await sandbox.GetCountersAsync()).GetProperty(listener).GetProperty(direction).GetInt64();
    }

    private static async Task<List<PlatformFile>> FindAsync(RescaleSession session, string name)
    {
        var found = new List<PlatformFile>();
        await foreach (var file in session.Client.Files.ListAsync(default))
            if (file.Name == name) found.Add(file);
        return found;
    }

    private static async Task CompareAsync(RescaleSession session, PlatformFile file, byte[] content, string target)
    {
        await using var engine = session.CreateEngine(new TransferOptions());
        var result = await session.Library.DownloadAsync(engine, file, target, new DownloadOptions { NoResume = true }, default);
        var received = await File.ReadAllBytesAsync(target);
        if (result.Integrity != Integrity.Verified || !content.AsSpan().SequenceEqual(received))
            throw new InvalidOperationException($"'{file.Name}' came back different.");
        File.Delete(target);
    }

    private void RequireNothingLeft(TemporaryFolder folder)
    {
        var left = folder.Names().Where(name => name is not ("state" or "state/transfers")).ToList();
        if (left.Count > 0) throw Failed($"left behind: {string.Join(", ", left)}");
    }

    private KillReport Report(long wire) => new(_kills, _transfers, (long)_transfers * length, wire, _resumed, [.. _notices]);

    private InvalidOperationException Failed(string what) => new($"Seed {seed}, after {_kills} kills in {_transfers + 1} transfers: {what}.");
}
