using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Core.Tests.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;

namespace RescaleInterlink.Core.Tests.Pipelines;

public sealed class JobTableTests
{
    private const string Header = "Directory,JobName,AnalysisCode,Command,CoreType,CoresPerSlot,WalltimeHours,Slots,LicenseSettings";

    [Fact]
    public void Any_table_that_is_written_is_read_back()
    {
        var text = Gen.Elements("aZ9 ,;\"'\n\t_-./[]äß中😀{}:=".EnumerateRunes().Select(rune => rune.ToString()).ToArray());
        var field = Gen.Choose(0, 30).SelectMany(length => Gen.ListOf(text, length).Select(string.Concat)).Select(JobText.SanitizeField);
        var word = Gen.Choose(1, 8).SelectMany(length => Gen.ListOf(Gen.Elements('a', 'B', '7', '_'), length).Select(string.Concat));
        var words = Gen.Choose(0, 3).SelectMany(count => Gen.ListOf(word, count)).Select(list => (IReadOnlyList<string>)[.. list.Distinct()]);
        var jobs =
            from name in field
            from command in field
            from directory in word
            from numbers in Gen.ListOf(Gen.Choose(-5, 100_000), 3)
            from quarter in Gen.Choose(0, 4000)
            from lists in Gen.ListOf(words, 2)
            from flags in Gen.ListOf(Gen.Elements(true, false), 4)
            from license in Gen.Elements("", """{"A":"1, \"x\"","B":2}""")
            select new JobSpec
            {
                Directory = directory, JobName = name, AnalysisCode = name, AnalysisVersion = command, Command = command, CoreType = directory,
                CoresPerSlot = numbers[0], Slots = numbers[1], WalltimeHours = quarter / 4.0, LicenseSettings = license,
                ExtraInputFileIds = lists[0], Tags = lists[1], ProjectId = flags[2] ? directory : null, NoDecompress = flags[0],
                IsLowPriority = flags[1], SubmitMode = flags[3] ? SubmitMode.CreateAndSubmit : SubmitMode.CreateOnly, TarSubpath = directory,
            };
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(jobs.ToArbitrary(), job =>
        {
            using var writer = new StringWriter();
            JobTable.Write(writer, [job]);
            var read = Assert.Single(JobTable.Read(new StringReader(writer.ToString()), "t")).Spec;
            Assert.Equivalent(job, read, strict: true);
        }));
    }

    [Fact]
    public void The_header_is_written_in_the_platforms_order()
    {
        using var writer = new StringWriter();
        JobTable.Write(writer, [new JobSpec { WalltimeHours = 2 }]);
        Assert.Equal(
            "Directory,JobName,AnalysisCode,AnalysisVersion,Command,CoreType,CoresPerSlot,WalltimeHours,Slots,LicenseSettings,ExtraInputFileIDs,"
            + "OnDemandLicenseSeller,ProjectID,OrgCode,Tags,NoDecompress,IsLowPriority,Submit,TarSubpath\n,,,,,,0,2.0,0,,,,,,,false,false,yes,\n",
            writer.ToString());
    }

    [Fact]
    public void A_file_of_an_office_program_is_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Combine("my jobs.csv");
        File.WriteAllText(path,
            "slots, COMMAND ,Directory,Extra,JobName,AnalysisCode,CoreType,CoresPerSlot,WalltimeHours,LicenseSettings,Tags,Submit,NoDecompress,ExtraInputFileIDs\r\n"
            + "1,\"cd Run_1\r\nsh \"\"solve it.sh\"\"\",Run_1,ignored,Run 1,user_included,emerald,4,0.25,\"{\"\"A\"\":27000}\",\"a, b,,a\",No,YES,\"x, y\"\r\n"
            + ",,,,,,,,,,,,,\r\n\r\n"
            + "2,./b,/abs/Run_2,,B,user_included,emerald,,,,,,,\r\n",
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        var rows = JobTable.ReadFile(path);
        Assert.Equal([1, 2], rows.Select(row => row.Index));
        var first = rows[0].Spec;
        Assert.Equal(folder.Combine("Run_1"), first.Directory);
        Assert.Equal("cd Run_1\r\nsh \"solve it.sh\"", first.Command);
        Assert.Equal((4, 0.25, 1), (first.CoresPerSlot, first.WalltimeHours, first.Slots));
        Assert.Equal("""{"A":27000}""", first.LicenseSettings);
        Assert.Equal(["a", "b"], first.Tags);
        Assert.Equal(["x", "y"], first.ExtraInputFileIds);
        Assert.Equal(SubmitMode.CreateOnly, first.SubmitMode);
        Assert.True(first.NoDecompress);
        Assert.Equal(Path.GetFullPath("/abs/Run_2"), rows[1].Spec.Directory);
        Assert.Equal(0, rows[1].Spec.CoresPerSlot);
        Assert.Null(rows[1].Spec.ProjectId);
    }

    [Theory]
    [InlineData("Lauf\u00AD1", "Lauf\u00AD1", "Lauf\u00AD1")]
    [InlineData("\u0645\u06CC\u200C\u0631\u0648", "\u0645\u06CC\u200C\u0631\u0648", "\u0645\u06CC\u200C\u0631\u0648")]
    [InlineData("Run_1", "\u200BRun_1 ", "Run_1")]
    [InlineData("other", "Run\u00AD_1", "Run_1")]
    public void A_directory_that_is_there_is_taken_as_it_is_written(string there, string written, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Combine(there));
        var rows = JobTable.Read(new StringReader($"{Header}\n{written},n,a,c,e,1,1,1,\n"), "table", folder.Path);
        Assert.Equal(folder.Combine(expected), Assert.Single(rows).Spec.Directory);
    }

    [Fact]
    public void Every_fault_is_told_with_row_and_column()
    {
        var error = Refuse(Header + ",Submit,IsLowPriority\n"
            + "d,n,a,c,e,four,1.5,1,,yes,no\n"
            + "d,n,a,\"two\nlines\",e,4,\"1,5\",1,,maybe,perhaps\n"
            + "d,n,a,c,e,4,1,1,{},yes,no\n"
            + "d,n,a,c,e,4,1,1\n"
            + "d,n,a,c\"d,e,4,1,1,,yes,no\n"
            + "d,n,a,\"c\" d,e,4,1,1,,yes,no\n");
        Assert.Contains("has 8 faults", error.Message, StringComparison.Ordinal);
        string[] expected =
        [
            "row 2, column 'CoresPerSlot': 'four' is not a whole number",
            "row 3, column 'WalltimeHours': '1,5' is not a number",
            "row 3, column 'Submit': 'maybe' is not one of",
            "row 3, column 'IsLowPriority': 'perhaps' is not one of",
            "row 5, column 'LicenseSettings': the JSON object is empty",
            "row 6: has 8 cells, the header has 11",
            "row 7, column 'Command': there is a quote inside a cell that is not quoted",
            "row 8, column 'Command': there is text after the closing quote",
        ];
        Assert.All(expected, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "row 1, column 'Directory': is missing")]
    [InlineData(Header, "row 2: there is no data row")]
    [InlineData(Header + "\n\n  \n", "there is no data row")]
    [InlineData("Directory;JobName;Command\na;b;c", "the columns are separated by semicolons")]
    [InlineData(Header + ",Slots\nd,n,a,c,e,1,1,1,,1", "row 1, column 'Slots': is there twice")]
    [InlineData(Header + "\nd,n,a,\"open,e,1,1,1,\nd,n,a,c,e,1,1,1,\n", "row 2, column 'Command': the cell's quote is never closed")]
    [InlineData("Directory,JobName\na,b", "row 1, column 'CoreType': is missing")]
    public void A_malformed_table_is_refused(string table, string expected)
        => Assert.Contains(expected, Refuse(table).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named()
        => Assert.Equal(ErrorIds.SourceNotFound, Assert.Throws<RescaleException>(() => JobTable.ReadFile("/no/such/jobs.csv")).ErrorId);

    [Fact]
    public void Objects_are_read_as_rows()
    {
        var record = Header.Split(',').ToDictionary(name => name.ToUpperInvariant(), name => (string?)(name is "CoresPerSlot" ? "x" : null));
        var error = Assert.Throws<RescaleException>(() => JobTable.FromRecords([record], "pipeline"));
        Assert.Contains("row 2, column 'CoresPerSlot': 'x' is not a whole number", error.Message, StringComparison.Ordinal);
        record["CORESPERSLOT"] = "4";
        record["DIRECTORY"] = "Run_1";
        var spec = Assert.Single(JobTable.FromRecords([record], "pipeline", Path.GetTempPath())).Spec;
        Assert.Equal((4, Path.GetFullPath("Run_1", Path.GetTempPath())), (spec.CoresPerSlot, spec.Directory));
    }

    private static RescaleException Refuse(string table)
    {
        var error = Assert.Throws<RescaleException>(() => JobTable.Read(new StringReader(table), "jobs.csv"));
        Assert.Equal(ErrorIds.JobTableInvalid, error.ErrorId);
        Assert.Contains("'jobs.csv'", error.Message, StringComparison.Ordinal);
        return error;
    }
}
