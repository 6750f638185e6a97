using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>Listings that no sandbox gives: names that lead elsewhere, pages that move while they are read, a job that goes away.</summary>
public sealed class HostileListingTests : IDisposable
{
    private const string Profile = """{"email":"a@b.c","defaultStorage":{"id":"s","storageType":"S3Storage","connectionSettings":{"region":"r","container":"c","endpointUrl":"http://127.0.0.1:1/"}}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_name_leads_out_of_the_destination()
    {
        var steps = await PlanAsync(
            [File("1", "x", "../../x"), File("2", "y", "/etc/y"), File("3", "z", "a/../../z"), File("4", "../w", "../w"), File("5", "..", null), File("6", "n\\u0000", "d/n\\u0000"),
             File("7", "log", "d/log"), File("8", "LOG", "d/LOG"), File("9", "e", "d"), File("10", "CON", "CON"), File("11", "a:b", "a:b")]);
        var files = steps.OfType<FileToReceive>().ToDictionary(static file => file.File.Id);
        var failed = steps.OfType<FolderStep.Failed>().ToDictionary(static step => step.Target, static step => step.Error.ErrorId);
        string Place(string id) => Path.GetRelativePath(Top, files[id].LocalPath).Replace('\\', '/');

        Assert.Equal(("x", "y", "z"), (Place("1"), Place("2"), Place("3")));
        // A file that is named like a folder of others.
        Assert.Equal("d.file", Place("9"));
        var illegal = OperatingSystem.IsWindows() ? new[] { "10", "11" } : [];
        Assert.Equal(["4", "5", "6", .. illegal], failed.Keys.OrderBy(int.Parse));
        Assert.All(failed.Values, id => Assert.Equal(ErrorIds.UnsafeFileName, id));
        if (illegal.Length == 0)
            Assert.Equal(("CON", "a:b"), (Place("10"), Place("11")));
        Assert.Equal(LocalNamesDiffer ? "d/log d/LOG" : "d/log_7 d/LOG_8", $"{Place("7")} {Place("8")}");
        Assert.All(files.Values, file => Assert.StartsWith(Top + Path.DirectorySeparatorChar, file.LocalPath));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Names_do_not_depend_on_the_filter()
    {
        string[] outputs = [File("1", "a.log", "../a.log"), File("2", "a.log", "a.log"), File("3", "b.dat", "b.dat")];
        var all = (await PlanAsync(outputs)).OfType<FileToReceive>().ToDictionary(static file => file.File.Id, static file => Path.GetFileName(file.LocalPath));
        Assert.Equal(["a_1.log", "a_2.log", "b.dat"], all.Values);
        var some = (await PlanAsync(outputs, new OutputFilter(pathFilter: ["a.log"]))).OfType<FileToReceive>().Single();
        Assert.Equal(("2", "a_2.log"), (some.File.Id, Path.GetFileName(some.LocalPath)));
    }

    [Fact]
    public async Task A_file_that_moves_to_the_next_page_is_taken_once()
    {
        var steps = await PlanAsync([[File("1", "a", "a"), File("2", "b", "b")], [File("2", "b", "b"), File("3", "c", "c")], [File("1", "a", "a"), File("4", "d", "d")]], OutputFilter.Everything);
        Assert.Equal(["1", "2", "3", "4"], steps.OfType<FileToReceive>().Select(static file => file.File.Id));
    }

    [Fact]
    public async Task A_job_that_is_deleted_between_two_pages_leaves_nothing_behind()
    {
        var error = await Assert.ThrowsAsync<RescaleException>(() => PlanAsync([[File("1", "a", "a")], null], OutputFilter.Everything));
        Assert.Equal(ErrorIds.JobNotFound, error.ErrorId);
        Assert.False(Directory.Exists(Top));
    }

    [Fact]
    public async Task Nothing_is_made_for_a_job_without_outputs_or_a_plan_alone()
    {
        Assert.Empty(await PlanAsync([]));
        Assert.False(Directory.Exists(Top));
        var steps = await PlanAsync([[File("1", "a", "d/e/a")]], OutputFilter.Everything, ChangePermission.PlanOnly);
        Assert.Equal(["."  , "d", "d/e"], steps.OfType<FolderStep.FolderReady>().Select(static step => step.RelativePath));
        Assert.True(steps.OfType<FileToReceive>().Single().IsPlanned);
        Assert.False(Directory.Exists(Top));
        Assert.Empty(await PlanAsync([[File("1", "a", "d/e/a")]], OutputFilter.Everything, ChangePermission.Declined));
    }

    private static bool LocalNamesDiffer => OperatingSystem.IsLinux();

    private string Top => _folder.File("job");

    private static string File(string id, string name, string? relativePath)
        => $$"""{"id":"{{id}}","name":"{{name.Replace("\\u", "\\u", StringComparison.Ordinal)}}","relativePath":{{(relativePath is null ? "null" : $"\"{relativePath}\"")}},"decryptedSize":1}""";

    private Task<List<FolderStep>> PlanAsync(string[] outputs, OutputFilter? filter = null) => PlanAsync([outputs], filter ?? OutputFilter.Everything);

    /// <param name="pages">Null for a page that is not there any more.</param>
    private async Task<List<FolderStep>> PlanAsync(string[]?[] pages, OutputFilter filter, ChangePermission permission = ChangePermission.Granted)
    {
        ScriptedServer api = null!;
        api = new ScriptedServer((request, reply) =>
        {
            if (request.Target.StartsWith("/api/v3/users/me/", StringComparison.Ordinal))
                return reply.JsonAsync(200, Profile);
            var asked = System.Text.RegularExpressions.Regex.Match(request.Target, "[?&]page=([0-9]+)");
            var page = asked.Success ? int.Parse(asked.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : 1;
            if (pages[page - 1] is not { } entries)
                return reply.JsonAsync(404, """{"detail":"Not found."}""");
            var next = page < pages.Length ? $"\"{api.Url}api/v2/jobs/J/files/?page={page + 1}\"" : "null";
            return reply.JsonAsync(200, $$"""{"count":9,"next":{{next}},"previous":null,"results":[{{string.Join(',', entries)}}]}""");
        });
        await using (api)
        {
            await using var session = await RescaleSession.ConnectAsync(new ConnectOptions(api.Url.AbsoluteUri, new ApiKey("k")) { StateFolder = _folder.File("state") }, default);
            var steps = new List<FolderStep>();
            await foreach (var step in session.CreateJobCollection(new JobCollectionOptions { Filter = filter }).PlanAsync("J", Top, _ => Task.FromResult(permission), default))
                steps.Add(step);
            return steps;
        }
    }
}
