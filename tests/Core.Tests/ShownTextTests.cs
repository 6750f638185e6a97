using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Core.Tests;

public class ShownTextTests
{
    [Theory]
    [InlineData(null, "", "")]
    [InlineData("plain, größe, 日本, 👩‍🔧", "plain, größe, 日本, 👩‍🔧", "plain, größe, 日本, 👩‍🔧")]
    [InlineData("\u001b[2J", "\\u001b[2J", "\\u001b[2J")]
    [InlineData("a\r\n\tb\n", "a\\u000d\\u000a\\u0009b\\u000a", "a b")]
    [InlineData("exe.\u202egpj", "exe.\\u202egpj", "exe.\\u202egpj")]
    [InlineData("\0\u009b\u2066", "\\u0000\\u009b\\u2066", "\\u0000\\u009b\\u2066")]
    public void What_moves_the_cursor_is_written_out(string? text, string name, string line)
    {
        Assert.Equal(name, ShownText.Escape(text));
        Assert.Equal(line, ShownText.OneLine(text));
    }

    [Fact]
    public void Nothing_unsafe_remains_of_any_text()
        => Prop.ForAll(ArbMap.Default.GeneratorFor<string>().ToArbitrary(), static text
            => !ShownText.Escape(text).Any(ShownText.IsUnsafe) && !ShownText.OneLine(text).Any(ShownText.IsUnsafe)).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Every_error_has_a_message_without_it()
        => Assert.Equal("The name '\\u001b[31m' is none.", new RescaleException(ErrorIds.UnsafeFileName, ErrorKind.InvalidInput, "The name '\u001b[31m'\r\nis none.").Message);
}
