using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs.Following;

/// <summary>Bytes that become lines, whatever pieces they come in.</summary>
public sealed class LogLinesTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    public static TheoryData<string, string[]> Texts => new()
    {
        { "a\nb\n", ["a", "b"] },
        { "a\r\nb", ["a", "b"] },
        { "\uFEFFa\n\uFEFFb\n", ["a", "\uFEFFb"] },
        { "\n\n", ["", ""] },
        { "10%\r20%\rdone\n", ["10%\r20%\rdone"] },
        { "Größe \u20ac \U0001F600\nx", ["Größe \u20ac \U0001F600", "x"] },
        { "", [] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Lines_do_not_depend_on_the_pieces(string text, string[] lines)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= Math.Max(1, bytes.Length); size++)
            Assert.Equal(lines, Split(bytes, size));
    }

    [Fact]
    public void A_byte_that_is_no_text_spoils_nothing_else()
        => Assert.Equal(["a\uFFFDb", "c"], Split([(byte)'a', 0xE4, (byte)'b', (byte)'\n', (byte)'c'], 2));

    [Fact]
    public void A_line_of_64_KiB_is_one_and_one_without_end_comes_in_parts()
    {
        var line = new string('x', 70_000);
        Assert.Equal([line, "y"], Split(Encoding.UTF8.GetBytes($"{line}\ny"), 1000));
        var endless = Split(new byte[(2 * LineSplitter.LongestLine) + 5], 1 << 20);
        Assert.Equal([LineSplitter.LongestLine, LineSplitter.LongestLine, 5], endless.Select(static part => part.Length));
    }

    [Fact]
    public void The_last_lines_of_a_stored_log_are_the_last_of_all()
        => Prop.ForAll(
            Gen.Choose(0, 9).ArrayOf().Resize(20).Select(static lengths => string.Concat(lengths.Select(static length => new string('x', length * 9_000) + "\n")) + "end").ToArbitrary(),
            Gen.Choose(0, 5).ToArbitrary(),
            (text, most) =>
            {
                using var folder = new TemporaryFolder();
                foreach (var content in new[] { text, text + "\n" })
                {
                    File.WriteAllText(folder.File("log"), content);
                    using var file = File.OpenRead(folder.File("log"));
                    var all = StoredLog.ReadAsync(file, null, Token).ToBlockingEnumerable().ToArray();
                    Assert.Equal(text.Split('\n'), all);
                    Assert.Equal(all.TakeLast(most), StoredLog.ReadAsync(file, most, Token).ToBlockingEnumerable());
                }
            }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_log_that_grows_is_read_once_and_one_that_is_cut_from_its_beginning()
    {
        var content = new List<byte>();
        var live = new LiveLog("log", (offset, length, _) => Task.FromResult<LivePiece?>(Piece(content, offset, length)), null);
        content.AddRange("one\ntw"u8);
        Assert.Equal(["one"], await NewAsync(live));
        Assert.Empty(await NewAsync(live));
        content.AddRange("o\n\u00e4"u8[..3]);
        Assert.Equal(["two"], await NewAsync(live));
        content.AddRange("\u00e4\n"u8[1..]);
        Assert.Equal(["\u00e4"], await NewAsync(live));
        content.Clear();
        content.AddRange("new\n"u8);
        Assert.Equal(["CUT", "new"], await NewAsync(live));
        // As long as before, and another.
        content.Clear();
        content.AddRange("NEW\nmore\n"u8);
        Assert.Equal(["CUT", "NEW", "more"], await NewAsync(live));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5000)]
    public async Task The_tail_of_a_growing_log_is_followed_from_there(int most)
    {
        var lines = Enumerable.Range(0, 4000).Select(static i => $"{i} {new string('.', 90)}").ToList();
        var content = new List<byte>(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\nhalf"));
        foreach (var tellsLength in new[] { true, false })
        {
            long read = 0;
            var live = new LiveLog("log", (offset, length, _) =>
            {
                var piece = Piece(content, offset, length);
                read += piece.Bytes.Length;
                return Task.FromResult<LivePiece?>(tellsLength ? piece : piece with { Total = null });
            }, most);
            Assert.Equal(lines.TakeLast(most), await NewAsync(live));
            Assert.True(!tellsLength || most > 100 || read < content.Count / 2, $"{read} of {content.Count} bytes were read for {most} lines.");
            content.AddRange(" line\n"u8);
            Assert.Equal(["half line"], await NewAsync(live));
            content.RemoveRange(content.Count - 6, 6);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_yet_is_read_when_it_is()
    {
        List<byte>? content = null;
        var live = new LiveLog("log", (offset, length, _) => Task.FromResult(content is null ? null : Piece(content, offset, length)), 2);
        Assert.Empty(await NewAsync(live));
        content = [.. "1\n2\n3\n"u8];
        Assert.Equal(["2", "3"], await NewAsync(live));
    }

    private static LivePiece Piece(List<byte> content, long offset, int length)
        => new(content.Skip((int)offset).Take(length).ToArray(), content.Count);

    private static async Task<List<string>> NewAsync(LiveLog live)
    {
        var cut = false;
        var lines = new List<string>();
        await foreach (var line in live.ReadNewAsync(() => cut = true, Token))
        {
            if (cut)
                lines.Add("CUT");
            cut = false;
            lines.Add(line);
        }

        return lines;
    }

    private static List<string> Split(byte[] bytes, int size)
    {
        var splitter = new LineSplitter();
        var lines = new List<string>();
        foreach (var piece in bytes.Chunk(size))
            lines.AddRange(splitter.Take(piece));
        if (splitter.Rest() is { } rest)
            lines.Add(rest);
        return lines;
    }
}
