using System.Globalization;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Library;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library;

public class FileRegistrarTests
{
    private const int Files = 350;
    private static readonly DateTimeOffset Newest = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(340)]
    public async Task An_object_is_found_as_far_back_as_it_can_have_been_registered(int index)
    {
        await using var server = Serve();
        using var client = Clients.For(server);
        var found = await FileRegistrar.WhyInUseAsync(client, $"base/{index}", Newest - TimeSpan.FromMinutes(index), default);
        Assert.Equal($"it belongs to the file 'name{index}' ({index})", found);
    }

    [Fact]
    public async Task The_search_ends_where_files_are_older_than_the_object()
    {
        await using var server = Serve();
        using var client = Clients.For(server);
        Assert.Null(await FileRegistrar.WhyInUseAsync(client, "base/none", Newest, default));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Without_a_time_all_files_are_looked_at()
    {
        await using var server = Serve();
        using var client = Clients.For(server);
        Assert.Null(await FileRegistrar.WhyInUseAsync(client, "base/none", null, default));
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"id":"1","name":"a","isUploaded":true,"isDeleted":true,"path":"base/x"}""", "it belongs to the file 'a' (1)")]
    [InlineData("""{"id":"1","name":"a","isUploaded":false,"path":"base/x"}""", "it belongs to the file 'a' (1)")]
    [InlineData("""{"id":"1","name":"a","isUploaded":true}""", "the platform does not say of every file where it lies")]
    [InlineData("""{"id":"1","name":"a","isUploaded":true,"dateUploaded":"2026-11-01T00:00:00Z"}""", null)]
    [InlineData("""{"id":"1","name":"a","isUploaded":true,"path":"base/y"}""", null)]
    public async Task What_may_be_the_file_of_an_object_keeps_it(string file, string? why)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, $$"""{"results":[{{file}}]}"""));
        using var client = Clients.For(server);
        Assert.Equal(why, await FileRegistrar.WhyInUseAsync(client, "base/x", Newest, default));
    }

    /// <summary>Files of which each is a minute older than the one before, in pages of 100.</summary>
    private static ScriptedServer Serve() => new((request, reply) =>
    {
        var page = request.Target.Split("page=") is [_, var number] ? int.Parse(number[..1], CultureInfo.InvariantCulture) : 1;
        var files = Enumerable.Range((page - 1) * 100, Math.Min(100, Files - (page - 1) * 100)).Select(static i =>
            $$"""{"id":"{{i}}","name":"name{{i}}","isUploaded":true,"path":"base/{{i}}","dateUploaded":"{{Newest - TimeSpan.FromMinutes(i):O}}"}""");
        var next = page * 100 < Files ? $"\"/api/v3/files/?page={page + 1}\"" : "null";
        return reply.JsonAsync(200, $$"""{"next":{{next}},"results":[{{string.Join(',', files)}}]}""");
    });
}
