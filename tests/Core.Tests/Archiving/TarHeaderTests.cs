using System.Formats.Tar;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Archiving;
using static RescaleInterlink.Core.Tests.Archiving.TarTesting;
using TarEntry = RescaleInterlink.Archiving.TarEntry;

namespace RescaleInterlink.Core.Tests.Archiving;

public sealed class TarHeaderTests
{
    [Fact]
    public void Headers_are_the_bytes_that_the_runtime_writes()
    {
        var character = Gen.Elements("abcXYZ019 ._-/äß中€😀[]'\"\n".EnumerateRunes().Select(rune => rune.ToString()).ToArray());
        var text = Gen.Choose(1, 260).SelectMany(length => Gen.ListOf(character, length).Select(string.Concat));
        var kind = Gen.Elements(TarEntryKind.File, TarEntryKind.Directory, TarEntryKind.SymbolicLink);
        var entries =
            from k in kind
            from name in text
            from target in text
            from mode in Gen.Choose(0, 0xFFF)
            from seconds in Gen.Choose(-100, int.MaxValue)
            from length in Gen.Choose(0, 3000)
            select new TarEntry(k, name, "", mode, DateTime.UnixEpoch.AddSeconds(seconds),
                k == TarEntryKind.File ? length : 0, k == TarEntryKind.SymbolicLink ? target : null);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(entries.ToArbitrary(), entry =>
        {
            var expected = WriteByRuntime(entry);
            var header = TarHeader.Build(entry);
            Assert.Equal(TarHeader.GetSize(entry), header.Length);
            Assert.Equal(expected.AsSpan(0, header.Length).ToArray(), header);
            Assert.Equal(expected.Length, header.Length + TarHeader.Pad(entry.Length) + TarHeader.EndSize);
        }));
    }

    /// <summary>A sparse archive with a header of ours around a hole: seeking readers need not read the 9 GiB.</summary>
    [Fact]
    public async Task A_file_of_nine_gibibytes_is_laid_out_and_understood_by_the_system_tar()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Needs sparse files and the system's GNU tar.");
        const long nineGibibytes = 9L << 30;
        using var folder = new TemporaryFolder();
        var path = folder.Combine("big.bin");
        using (var file = File.Create(path))
            file.SetLength(nineGibibytes + 5);
        folder.WriteFile("small.txt", "small");
        var source = await TarSource.CreateAsync(folder.Path, "r", TestContext.Current.CancellationToken);
        // Folder header; big header and content; small header and content; end.
        Assert.Equal(512 + (512 + nineGibibytes + 512) + (512 + 512) + 1024, source.Length);

        var archive = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using (var file = File.Create(archive))
            {
                file.SetLength(source.Length);
                var head = new byte[1024];
                await source.ReadAsync(0, head, TestContext.Current.CancellationToken);
                file.Write(head);
                var tail = new byte[4096];
                await source.ReadAsync(source.Length - tail.Length, tail, TestContext.Current.CancellationToken);
                file.Position = source.Length - tail.Length;
                file.Write(tail);
            }

            var listing = await RunAsync("tar", "--list", "--verbose", "--file", archive);
            Assert.Contains($" {nineGibibytes + 5} ", listing, StringComparison.Ordinal);
            Assert.Contains("r/small.txt", listing, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static byte[] WriteByRuntime(TarEntry entry)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true))
        {
            var type = entry.Kind switch
            {
                TarEntryKind.File => TarEntryType.RegularFile,
                TarEntryKind.Directory => TarEntryType.Directory,
                _ => TarEntryType.SymbolicLink,
            };
            var gnu = new GnuTarEntry(type, entry.Name)
            {
                ModificationTime = new DateTimeOffset(entry.ModifiedUtc),
                Mode = (UnixFileMode)entry.Mode,
                AccessTime = default,
                ChangeTime = default,
            };
            if (entry.LinkTarget is not null)
                gnu.LinkName = entry.LinkTarget;
            if (entry.Length > 0)
                gnu.DataStream = new MemoryStream(new byte[entry.Length]);
            writer.WriteEntry(gnu);
        }

        return stream.ToArray();
    }
}
