using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Core.Tests.Jobs;

public sealed class JobScriptTests
{
    private const string Whole = """
        #!/bin/bash
        #RESCALE_NAME Wing 7
        #RESCALE_ANALYSIS openfoam
        #RESCALE_ANALYSIS_VERSION v2312
        #RESCALE_CORES emerald
        #RESCALE_CORES_PER_SLOT 4
        #RESCALE_SLOTS 2
        #RESCALE_WALLTIME 12
        #RESCALE_TAGS a, b
        #RESCALE_TAGS b,c
        #RESCALE_PROJECT_ID p1
        #RESCALE_AUTOMATION au1
        #RESCALE_AUTOMATION au2
        #RESCALE_ENV_LM_LICENSE_FILE 27000@host
        #RESCALE_ENV_EMPTY
        #USE_RESCALE_LICENSE true
        #RESCALE_USER_DEFINED_LICENSE_SETTINGS {"x":1}
        #RESCALE_COMMAND ./run.sh -n  7
        echo ignored
        """;

    private static readonly JobSpec Good = new()
    {
        JobName = "n", AnalysisCode = "a", Command = "x", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1,
    };

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "\uFEFF")]
    [InlineData("\r", "")]
    public void Every_directive_has_its_field_whatever_ends_the_lines(string lineEnd, string start)
    {
        var content = JobScript.Read(start + Whole.ReplaceLineEndings(lineEnd), "x");
        var spec = content.Spec;
        Assert.Empty(content.Notes);
        Assert.Equal(("Wing 7", "openfoam", "v2312", "emerald"), (spec.JobName, spec.AnalysisCode, spec.AnalysisVersion, spec.CoreType));
        Assert.Equal((4, 2, 12d), (spec.CoresPerSlot, spec.Slots, spec.WalltimeHours));
        Assert.Equal(["a", "b", "c"], spec.Tags);
        Assert.Equal(["au1", "au2"], spec.AutomationIds);
        Assert.Equal("p1", spec.ProjectId);
        Assert.Equal("""{"EMPTY":"","LM_LICENSE_FILE":"27000@host"}""", spec.LicenseSettings);
        Assert.True(spec.UseRescaleLicense);
        Assert.Equal("""{"x":1}""", spec.UserDefinedLicenseSettings);
        Assert.Equal("./run.sh -n  7", spec.Command);
        Assert.False(spec.IsLowPriority);
    }

    [Fact]
    public void The_schedulers_lines_fill_only_what_no_directive_says()
    {
        const string script = """
            #$ -N first
            #$ -N second
            #$ -cwd
            #$ -pe smp 8
            #$ -l rescale_code=python, rescale_coretype=onyx,rescale_cores=2,rescale_walltime=3,rescale_moon=1,h_rt=1:00:00
            #RESCALE_CORES emerald

              # a comment
               python a.py
             #RESCALE_NAME not in column 0
            echo done
            """;
        var content = JobScript.Read(script, "x");
        Assert.Equal(("first", "python", "emerald", 8, 1, 3d), (content.Spec.JobName, content.Spec.AnalysisCode, content.Spec.CoreType, content.Spec.CoresPerSlot, content.Spec.Slots, content.Spec.WalltimeHours));
        Assert.Equal("python a.py\necho done", content.Spec.Command);
        Assert.Equal(["line 5: the resource 'rescale_moon' is not known"], content.Notes);
    }

    [Fact]
    public void A_repeated_directive_replaces_and_tabs_separate_as_blanks_do()
    {
        var spec = JobScript.Read(Whole + "\n#RESCALE_NAME\t\tägypten 埃及 🐪 \n#RESCALE_SLOTS\t3", "x").Spec;
        Assert.Equal(("ägypten 埃及 🐪", 3), (spec.JobName, spec.Slots));
    }

    [Fact]
    public void A_byte_order_mark_in_the_middle_hides_no_directive()
    {
        var spec = JobScript.Read("\uFEFF#!/bin/sh\n" + Whole + "\n\uFEFF#RESCALE_SLOTS 3\n", "x").Spec;
        Assert.Equal((3, "./run.sh -n  7"), (spec.Slots, spec.Command));
    }

    [Fact]
    public void A_line_may_be_longer_than_64_KiB()
    {
        var command = string.Join(" ", Enumerable.Repeat("word", 40_000));
        var spec = JobScript.Read(Whole + "\n#RESCALE_COMMAND " + command, "x").Spec;
        Assert.Equal(command, spec.Command);
        Assert.Equal(command, JobScript.Read(JobScriptWriter.Write(spec, out _), "x").Spec.Command);
    }

    [Theory]
    [InlineData("#RESCALE_WALLTIME 3600", "line 20: the walltime 3600 is more than 336 hours")]
    [InlineData("#RESCALE_WALLTIME soon", "line 20: 'soon' is not a whole number")]
    [InlineData("#RESCALE_WALLTIME 0", "#RESCALE_WALLTIME) must be greater than 0")]
    [InlineData("#USE_RESCALE_LICENSE perhaps", "line 20: 'perhaps' is neither true nor false")]
    public void Faults_are_named_with_their_line(string line, string message)
    {
        var error = Assert.Throws<RescaleException>(() => JobScript.Read(Whole + "\n" + line, "job.sh"));
        Assert.Equal(ErrorIds.JobScriptInvalid, error.ErrorId);
        Assert.Contains("'job.sh'", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_says_nothing_is_told_what_it_lacks()
    {
        var error = Assert.Throws<RescaleException>(() => JobScript.Read("#!/bin/sh\n", "x"));
        foreach (var directive in (string[])["NAME", "ANALYSIS", "COMMAND", "CORES", "CORES_PER_SLOT", "WALLTIME"])
            Assert.Contains($"#RESCALE_{directive}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_never_sent_or_not_known_is_noted()
        => Assert.Equal(
            ["line 20: #RESCALE_PUBLIC_KEY is never sent with a job", "line 21: #RESCALE_MOON is not known"],
            JobScript.Read(Whole + "\n#RESCALE_PUBLIC_KEY ssh-rsa\n#RESCALE_MOON full", "x").Notes);

    /// <summary>A reader by the Go tool's rules gets a plain command of several lines, too: no directive stands in its way.</summary>
    [Fact]
    public void A_command_of_several_lines_is_the_body()
    {
        var script = JobScriptWriter.Write(Good with { Command = "cd d\n./run.sh" }, out var notes);
        Assert.Empty(notes);
        Assert.DoesNotContain("#RESCALE_COMMAND", script, StringComparison.Ordinal);
        Assert.EndsWith("#\ncd d\n./run.sh\n", script, StringComparison.Ordinal);
        Assert.StartsWith("#!/bin/bash\n", script, StringComparison.Ordinal);
        Assert.Contains("\n#RESCALE_COMMAND x\n", JobScriptWriter.Write(Good, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_script_has_no_place_for_is_told()
    {
        JobScriptWriter.Write(Good with { Directory = "/d", WalltimeHours = 1.5, InputFileIds = ["f"], ClusterId = "c", IsLowPriority = true }, out var notes);
        Assert.Equal(["Directory", "InputFileId", "IsLowPriority", "ClusterId", "the part of an hour in WalltimeHours"], notes);
    }

    [Theory]
    [InlineData("a\nb", "t", "{}")]
    [InlineData("a", "x,y", "{}")]
    [InlineData("a", "t", """{"A":"x\n#RESCALE_NAME evil"}""")]
    [InlineData("a", "t", """{"A":" x"}""")]
    [InlineData("a", "t", """{"A B":"x"}""")]
    public void What_would_not_be_read_back_is_not_written(string name, string tag, string settings)
    {
        var spec = Good with { JobName = name, Tags = [tag], LicenseSettings = settings == "{}" ? "" : settings };
        Assert.Equal(ErrorIds.JobSpecInvalid, Assert.Throws<RescaleException>(() => JobScriptWriter.Write(spec, out _)).ErrorId);
    }

    /// <summary>Whatever the command holds, the platform is sent the same for the specification and for its script.</summary>
    [Fact]
    public void Any_script_that_is_written_is_read_back()
    {
        var text = Gen.Elements("aZ9 #$\"'\n\n\r\t_-./[]äß中😀{}:=\u200B\u2028".EnumerateRunes().Select(rune => rune.ToString())
            .Concat(["#RESCALE_NAME x", "#$ -N x", JobScript.VerbatimMark]).ToArray());
        var free = Gen.Choose(1, 40).SelectMany(length => Gen.ListOf(text, length).Select(string.Concat));
        var line = free.Select(one => JobText.SanitizeField(one.Replace('\n', ' ').Replace('\r', ' ')) is { Length: > 0 } some ? some : "x");
        var word = Gen.Choose(1, 8).SelectMany(length => Gen.ListOf(Gen.Elements('a', 'B', '7', '_'), length).Select(string.Concat));
        var words = Gen.Choose(0, 3).SelectMany(count => Gen.ListOf(word, count)).Select(list => (IReadOnlyList<string>)[.. list.Distinct()]);
        var specs =
            from command in free
            from name in line
            from value in line
            from numbers in Gen.ListOf(Gen.Choose(1, 336), 3)
            from lists in Gen.ListOf(words, 3)
            from flags in Gen.ListOf(Gen.Elements(true, false), 3)
            select new JobSpec
            {
                JobName = name, AnalysisCode = value, AnalysisVersion = flags[0] ? name : "", Command = JobText.SanitizeCommand(command).Length > 0 ? command : "x",
                KeepCommandSpacing = flags[1], CoreType = value, CoresPerSlot = numbers[0], Slots = numbers[1], WalltimeHours = numbers[2],
                Tags = lists[0], AutomationIds = lists[1], UseRescaleLicense = flags[2],
                LicenseSettings = LicenseSettings.Write(lists[2].ToDictionary(one => one, _ => value)), ProjectId = flags[0] ? value : null,
                UserDefinedLicenseSettings = flags[2] ? name : null,
            };
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(specs.ToArbitrary(), spec =>
        {
            var read = JobScript.Read(JobScriptWriter.Write(spec, out var notes), "x");
            return notes.Count == 0 && read.Notes.Count == 0
                && JobSpecJsonWriter.Write([spec], JobSpecForm.Api, out _) == JobSpecJsonWriter.Write([read.Spec], JobSpecForm.Api, out _);
        }));
    }
}
