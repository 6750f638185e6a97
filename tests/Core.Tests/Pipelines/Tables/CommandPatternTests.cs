using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Pipelines.Tables;

namespace RescaleInterlink.Core.Tests.Pipelines.Tables;

public sealed class CommandPatternTests
{
    private static readonly JsonElement Vectors =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "test-vectors.json"))).RootElement.GetProperty("commandPatterns");

    [Fact]
    public void Commands_are_changed_as_in_all_vectors()
    {
        foreach (var vector in Vectors.EnumerateArray())
        {
            var command = vector.GetProperty("command").GetString()!;
            Assert.Equal(vector.GetProperty("result").GetString(), CommandPattern.Replace(command, vector.GetProperty("targetIndex").GetInt32()));
            Assert.Equal(vector.GetProperty("detected").GetInt32(), CommandPattern.Detect(command).Count);
        }
    }

    [Theory]
    [InlineData("Größe_1.txt für run_01", "Größe_7.txt für run_07")]
    [InlineData("echo 😀 && run_1.sh", "echo 😀 && run_7.sh")]
    [InlineData("port_8080 year_2024 big_12345", "port_8080 year_2024 big_12345")]
    [InlineData("v2 rev3. rev120 v_4", "v2 rev3. rev007 v_7")]
    [InlineData("Python19 java-8.jar", "Python19 java-7.jar")]
    [InlineData("run_٣.sh", "run_٣.sh")]
    [InlineData("run_99999999999999999999.sh", "run_99999999999999999999.sh")]
    public void What_looks_like_a_number_of_a_run_is_told_from_what_does_not(string command, string result)
        => Assert.Equal(result, CommandPattern.Replace(command, 7));

    [Fact]
    public void A_number_of_any_length_fits_in()
        => Assert.Equal("run_123456789012345678901.sh", CommandPattern.Replace("run_1.sh", "123456789012345678901"));

    [Fact]
    public void Nothing_but_numbers_changes_and_each_keeps_its_width()
    {
        var words = Gen.Elements("run", "data_", "Größe", "v", "python", "x-", "😀", "Mesh_Out");
        var piece = from word in words
                    from separator in Gen.Elements("_", "-", "", ".", ":")
                    from number in Gen.Choose(0, 12000)
                    from width in Gen.Choose(1, 6)
                    from tail in Gen.Elements("", ".txt", "_Fluid.snc", " ", "\n", ";")
                    select $"{word}{separator}{number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(width, '0')}{tail}";
        var commands = from pieces in piece.ListOf() select string.Concat(pieces);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(commands.ToArbitrary(), static command =>
        {
            var found = CommandPattern.Find(command);
            // The same number in the same place is the same command.
            var same = command;
            foreach (var number in found)
                Assert.Equal(number.Number, command.Substring(number.NumberStart, number.Number.Length));
            Assert.All(found.Zip(found.Skip(1)), static pair => Assert.True(pair.First.Start + pair.First.Text.Length <= pair.Second.Start));
            var changed = CommandPattern.Replace(command, 5);
            foreach (var number in found.Reverse())
                same = same.Remove(number.NumberStart, number.Number.Length).Insert(number.NumberStart, "5".PadLeft(number.Number.Length, '0'));
            Assert.Equal(same, changed);
        }));
    }
}
