using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Configuration;

namespace RescaleInterlink.Core.Tests.Configuration;

public class CsvTextTests
{
    private static readonly Gen<string> Field =
        from length in Gen.Choose(0, 12)
        from characters in Gen.Elements(',', '"', '\n', ' ', '\t', ';', '\\', '.', 'a', 'Z', 'é', '漢', '\uFEFF', '\u0085').ArrayOf(length)
        select new string(characters);

    [Fact]
    public void What_is_written_is_read_again() => Prop.ForAll(Field.Two().ListOf().ToArbitrary(), pairs =>
    {
        // A row of nothing but one empty field cannot be told from an empty line; ours have two.
        var rows = pairs.Select(static pair => new[] { pair.Item1, pair.Item2 }).ToArray();
        Assert.Equal(rows, CsvText.Read(CsvText.Write(rows)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_read_or_refused_in_words() => Prop.ForAll(
        Gen.Elements(',', '"', '\n', '\r', 'a', ' ').ListOf().Select(static all => string.Concat(all)).ToArbitrary(),
        text =>
        {
            try
            {
                var rows = CsvText.Read(text);
                // What was read can be written, and then is the same, but for a CR before an LF.
                var written = CsvText.Write(rows);
                if (!written.Contains('\r', StringComparison.Ordinal) && rows.All(static row => row.Length > 1))
                    Assert.Equal(rows, CsvText.Read(written));
            }
            catch (FormatException refused)
            {
                Assert.Matches("line [0-9]+", refused.Message);
            }
        }).QuickCheckThrowOnFailure();

    /// <summary>Random texts and rows, with what Go itself made of them; a sample of 80,000 of which none differs.</summary>
    [Fact]
    public void Go_itself_reads_and_writes_the_same()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "go-csv.json")));
        var (read, written) = (0, 0);
        foreach (var vector in vectors.RootElement.GetProperty("read").EnumerateArray())
        {
            var (text, rows) = (vector.GetProperty("text").GetString()!, vector.GetProperty("rows").Deserialize<string[][]>());
            if (rows is null)
                Assert.Throws<FormatException>(() => CsvText.Read(text));
            else
                Assert.Equal(rows, CsvText.Read(text));
            read++;
        }

        foreach (var vector in vectors.RootElement.GetProperty("written").EnumerateArray())
        {
            Assert.Equal(vector.GetProperty("text").GetString(), CsvText.Write(vector.GetProperty("rows").Deserialize<string[][]>()!));
            written++;
        }

        Assert.True(read >= 250 && written >= 80);
    }

    // As Go's encoding/csv: src/encoding/csv/reader_test.go and writer_test.go.
    [Theory]
    [InlineData("a,b\nc,d\n", "a|b", "c|d")]
    [InlineData("a,b\r\nc,d", "a|b", "c|d")]
    [InlineData("a,b\rc,d\r\n", "a|b\rc|d")]
    [InlineData("\"aaa\",\"b\"\"b\"\n", "aaa|b\"b")]
    [InlineData("\"two\r\nlines\",b\n", "two\nlines|b")]
    [InlineData("\n\na,b\n\n\nc,d\n\n", "a|b", "c|d")]
    [InlineData(" a , b \n", " a | b ")]
    [InlineData("\"\",\n", "|")]
    [InlineData("a,b\r", "a|b")]
    [InlineData("\"a\n\n\",b", "a\n\n|b")]
    [InlineData("a,b\n\r", "a|b")]
    [InlineData("\r")]
    public void It_reads_as_go_does(string text, params string[] rows)
        => Assert.Equal(rows, CsvText.Read(text).Select(static row => string.Join('|', row)));

    [Theory]
    [InlineData("a \"word\",b\n", "line 1")]
    [InlineData("a,b\n\"a \"word\"\",b\n", "line 2")]
    [InlineData("a,b\n\"not closed,b\n\n", "line 2")]
    [InlineData("a,b\nc\n", "line 2")]
    [InlineData("a,b\nc,d,e\n", "line 2")]
    [InlineData("\"a\"b,c\n", "line 1")]
    public void It_refuses_what_go_refuses(string text, string where)
        => Assert.Contains(where, Assert.Throws<FormatException>(() => CsvText.Read(text)).Message);

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData(" abc", "\" abc\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("a b ", "a b ")]
    [InlineData("\\.", "\"\\.\"")]
    [InlineData("", "")]
    public void It_quotes_as_go_does(string field, string written) => Assert.Equal($"{written},x\n", CsvText.Write([[field, "x"]]));
}
