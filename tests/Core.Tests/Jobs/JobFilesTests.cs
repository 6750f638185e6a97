using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs;

public sealed class JobFilesTests
{
    private const string Text = "#RESCALE_NAME Träger 埃及 🐪\r\n";

    public static TheoryData<Encoding> Encodings =>
        [new UTF8Encoding(false), new UTF8Encoding(true), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true), new UTF32Encoding(false, true)];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Text_is_read_in_the_encoding_it_tells(Encoding encoding)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("job [1].sh");
        await File.WriteAllBytesAsync(path, [.. encoding.Preamble, .. encoding.GetBytes(Text)]);
        Assert.Equal(Text, await JobFiles.ReadAsync(path, default));
        Assert.Equal(Text, JobFiles.Read(path));
    }

    [Theory]
    [InlineData("latin1", "in line 3 the byte 0xFC is no part of UTF-8")]
    [InlineData("cut", "in line 3 the byte 0xC3 is no part of UTF-8")]
    [InlineData("utf-16 without mark", "it holds a NUL character")]
    [InlineData("half of a pair", "it is not in the encoding that its byte order mark tells")]
    public async Task What_is_no_text_is_refused_with_the_place(string kind, string why)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("job.sh");
        byte[] bytes = kind switch
        {
            "latin1" => Encoding.Latin1.GetBytes("#!/bin/sh\r\n\r\ncat Prüfung.inp\r\n"),
            "cut" => Encoding.UTF8.GetBytes("\uFEFF#!/bin/sh\n\ncat Prü")[..^1],
            "utf-16 without mark" => Encoding.Unicode.GetBytes("cat a"),
            _ => [0xFF, 0xFE, 0x00, 0xD8],
        };
        await File.WriteAllBytesAsync(path, bytes);
        var error = await Assert.ThrowsAsync<RescaleException>(() => JobFiles.ReadAsync(path, default));
        Assert.Equal((ErrorIds.SourceUnreadable, ErrorKind.InvalidInput), (error.ErrorId, error.Kind));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, Assert.Throws<RescaleException>(() => JobTable.ReadFile(path)).Message);
    }

    [Fact]
    public async Task A_file_that_was_not_meant_is_refused_before_it_fills_the_memory()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("results.bin");
        await using (var file = File.Create(path))
            file.SetLength((64L << 20) + 1);
        var error = await Assert.ThrowsAsync<RescaleException>(() => JobFiles.ReadAsync(path, default));
        Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
        Assert.Contains("64 MiB", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorIds.SourceNotFound, (await Assert.ThrowsAsync<RescaleException>(() => JobFiles.ReadAsync(folder.File("no/such"), default))).ErrorId);
        Assert.Equal(ErrorIds.SourceIsDirectory, (await Assert.ThrowsAsync<RescaleException>(() => JobFiles.ReadAsync(folder.Path, default))).ErrorId);
    }

    [Fact]
    public async Task What_never_ends_is_not_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It has no /dev/zero.");
        using var folder = new TemporaryFolder();
        var link = folder.File("link.sh");
        File.CreateSymbolicLink(link, "/dev/zero");
        foreach (var path in new[] { "/dev/zero", link })
            Assert.Equal(ErrorIds.SourceUnreadable, (await Assert.ThrowsAsync<RescaleException>(() => JobFiles.ReadAsync(path, default))).ErrorId);
    }
}
