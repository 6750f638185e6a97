using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

public class PagingTests
{
    [Fact]
    public async Task Pages_are_followed_and_the_page_size_is_asked_for_on_each()
    {
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, request.Target.Contains("page=2", StringComparison.Ordinal)
            ? """{"next":null,"results":[{"type":"file","item":{"id":"3","name":"c"}},{"type":"strange","item":{"id":"4"}},{"type":"file","item":{"name":"no id"}},null]}"""
            : """{"next":"http://127.0.0.1:1/api/v3/folders/f/contents/?page=2&page_size=25","results":[{"type":"file","item":{"id":"1","name":"a"}},{"type":"folder","item":{"id":"2","name":"b"}}]}"""));
        using var client = Clients.For(server);
        Assert.Equal(["1", "2", "3"], await client.Folders.ListContentsAsync("f", default).Select(static (FolderEntry e, CancellationToken _) => ValueTask.FromResult(e.Item.Id)).ToListAsync());
        Assert.Equal(["/api/v3/folders/f/contents/?page_size=1000", "/api/v3/folders/f/contents/?page=2&page_size=1000"], server.Requests.Select(static r => r.Target));
    }

    [Fact]
    public async Task A_next_link_to_another_host_is_asked_of_the_platform_itself()
    {
        await using var other = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"results":[]}"""));
        await using var server = ScriptedServer.InTurn(
            r => r.JsonAsync(200, $$"""{"next":"{{other.Url}}api/v3/jobs/?page=2","results":[{"id":"1"}]}"""),
            r => r.JsonAsync(200, """{"next":null,"results":[{"id":"2"}]}"""));
        using var client = Clients.For(server);
        Assert.Equal(2, await client.Jobs.ListAsync(default).CountAsync());
        Assert.Equal("/api/v3/jobs/?page=2&page_size=1000", server.Requests[^1].Target);
        Assert.Empty(other.Requests);
    }

    [Theory]
    [InlineData("http://h/other/?page=2")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://h//evil/api/")]
    public async Task A_next_link_that_leaves_the_api_is_an_error(string next)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, $$"""{"next":"{{next}}","results":[{"id":"1"}]}"""));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.PlatformProtocol, client.Jobs.ListAsync(default).CountAsync().AsTask());
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_circle_of_pages_ends_with_an_error()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"next":"/api/v3/jobs/?ordering=-dateInserted&page_size=1000","results":[{"id":"1"}]}"""));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.PlatformProtocol, client.Jobs.ListAsync(default).CountAsync().AsTask());
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Endless_pages_end_at_the_cap()
    {
        var page = 1;
        await using var server = new ScriptedServer((_, reply) => reply.JsonAsync(200, $$"""{"next":"/api/v3/jobs/?page={{Interlocked.Increment(ref page)}}","results":[]}"""));
        using var client = Clients.For(server);
        var error = await RetryTests.FailsWith(ErrorIds.PlatformProtocol, client.Jobs.ListAsync(default).CountAsync().AsTask());
        Assert.Contains("1000 pages", error.Message);
        Assert.Equal(1000, server.Requests.Count);
    }

    [Fact]
    public async Task A_long_list_of_small_pages_is_read_to_its_end()
    {
        const int Pages = 1200;
        await using var server = new ScriptedServer((request, reply) =>
        {
            var page = request.Target.Contains("page=", StringComparison.Ordinal) && Uri.UnescapeDataString(request.Target).Split("?page=") is [_, var rest] ? int.Parse(rest.Split('&')[0], System.Globalization.CultureInfo.InvariantCulture) : 1;
            var jobs = string.Join(',', Enumerable.Range(0, 25).Select(i => $$"""{"id":"{{page}}-{{i}}"}"""));
            return reply.JsonAsync(200, $$"""{"next":{{(page == Pages ? "null" : $"\"/api/v3/jobs/?page={page + 1}\"")}},"results":[{{jobs}}]}""");
        });
        using var client = Clients.For(server);
        Assert.Equal(30_000, await client.Jobs.ListAsync(default).CountAsync());
        Assert.All(server.Requests, static request => Assert.EndsWith("page_size=1000", request.Target));
        await client.Jobs.ListAsync(2, default).FirstAsync();
        Assert.EndsWith("page_size=100", server.Requests[^1].Target);
    }

    [Fact]
    public void Pages_are_too_many_when_they_bring_nothing_or_never_end()
    {
        var idle = new PageBound();
        for (var i = 0; i < PageBound.MostEmpty; i++)
        {
            Assert.Null(idle.Exceeded);
            idle.TurnPage();
        }

        Assert.Equal(PageBound.MostEmpty, idle.Exceeded);
        var busy = new PageBound();
        for (var i = 0; i < PageBound.Most; i++)
        {
            Assert.Null(busy.Exceeded);
            busy.Entry();
            busy.TurnPage();
        }

        Assert.Equal(PageBound.Most, busy.Exceeded);
    }

    [Theory]
    [InlineData("""{"myJobs":"","myLibrary":"L"}""")]
    [InlineData("""{"myJobs":"J","myLibrary":""}""")]
    [InlineData("""{"myJobs":"L","myLibrary":"L"}""")]
    public async Task Roots_that_are_none_or_one_are_refused(string answer)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, answer));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.PlatformProtocol, client.Users.GetRootFoldersAsync(default));
    }

    [Fact]
    public async Task Whoever_has_enough_causes_no_further_page()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"next":"/api/v3/files/?page=2","results":[{"id":"1","isUploaded":true},{"id":"2","isUploaded":true}]}"""));
        using var client = Clients.For(server);
        Assert.Equal("1", (await client.Files.ListAsync(default).FirstAsync()).Id);
        Assert.Equal("/api/v3/files/?ordering=-dateUploaded&page_size=100", server.Requests.Single().Target);
    }

    [Fact]
    public async Task Deleted_and_unfinished_files_are_not_listed()
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"results":[{"id":"1","isUploaded":true,"isDeleted":true},{"id":"2","isUploaded":false},{"id":"3","isUploaded":true}]}"""));
        using var client = Clients.For(server);
        Assert.Equal("3", (await client.Files.ListAsync(default).SingleAsync()).Id);
    }

    [Fact]
    public async Task A_fault_in_the_middle_of_a_listing_is_repeated_for_its_page_only()
    {
        await using var server = ScriptedServer.InTurn(
            r => r.JsonAsync(200, """{"next":"/api/v3/jobs/?page=2","results":[{"id":"1"}]}"""),
            r => r.JsonAsync(503, ""),
            r => r.ResetAsync(),
            r => r.JsonAsync(200, """{"next":null,"results":[{"id":"2"}]}"""));
        using var client = Clients.For(server);
        Assert.Equal(["1", "2"], await client.Jobs.ListAsync(default).Select(static (PlatformJob j, CancellationToken _) => ValueTask.FromResult(j.Id)).ToListAsync());
    }

    [Fact]
    public async Task Catalogue_entries_survive_missing_members()
    {
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, request.Target.Contains("coretypes", StringComparison.Ordinal)
            ? """{"results":[{"code":"emerald","cores":[1,2,4]},{"name":"no code"}]}"""
            : """{"results":[{"code":"user_included","versions":[{"id":"1","version":"CPU","versionCode":"0"},null]},{"code":"x"}]}"""));
        using var client = Clients.For(server);
        var core = await client.Catalog.ListCoreTypesAsync(includeInactive: false, default).SingleAsync();
        Assert.Equal([1, 2, 4], core.Cores);
        var software = await client.Catalog.ListAnalysesAsync(default).ToListAsync();
        Assert.Equal(2, software.Count);
        Assert.Equal("0", software[0].Versions.Single().VersionCode);
        Assert.Empty(software[1].Versions);
        Assert.Equal(["/api/v3/coretypes/?isActive=true", "/api/v3/analyses/"], server.Requests.Select(static r => r.Target));
    }
}
