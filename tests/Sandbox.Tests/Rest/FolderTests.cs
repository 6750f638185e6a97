using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Rest;

public sealed class FolderTests
{
    [Fact]
    public async Task The_next_page_repeats_the_servers_own_size()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        for (int i = 0; i < 60; i++)
            await CreateAsync(sandbox, "MyLibrary", $"f{i}");
        var page = (await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Expect(200);
        Assert.Equal(25, page.Results.Count);
        page = (await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/?page_size=50")).Expect(200);
        Assert.Equal(50, page.Results.Count);
        Assert.Equal($"{sandbox.Started.ApiUrl}/api/v3/folders/MyLibrary/contents/?page=2&page_size=25", page.Text("next"));
        Assert.Equal(60, (await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/?page_size=5000")).Expect(200).Results.Count);
    }

    [Fact]
    public async Task Contents_tell_folders_from_files()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string file = await sandbox.AddFileAsync("x", "content");
        string folder = await CreateAsync(sandbox, "MyLibrary", "sub");
        var results = (await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/?page_size=1000")).Expect(200).Results;
        Assert.Equal(["folder", "file"], results.Select(entry => entry!["type"]!.GetValue<string>()));
        Assert.Equal([folder, file], results.Select(entry => entry!["item"]!["id"]!.GetValue<string>()));
        var item = results[1]!["item"]!;
        Assert.NotNull(item["encodedEncryptionKey"]);
        Assert.NotNull(item["pathParts"]!["path"]);
        Assert.NotNull(item["storage"]!["storageType"]);
        Assert.NotNull(item["dateUploaded"]);
        (await sandbox.Api.GetAsync("/api/v3/folders/none/contents/")).Expect(404);
    }

    [Fact]
    public async Task A_folder_needs_a_name_of_its_own_and_a_parent()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        await CreateAsync(sandbox, "MyLibrary", "sub");
        (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/", new JsonObject { ["name"] = "sub" })).Expect(400);
        (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/", new JsonObject())).Expect(400);
        (await sandbox.Api.PostAsync("/api/v3/folders/none/", new JsonObject { ["name"] = "sub" })).Expect(404);
    }

    [Fact]
    public async Task Deleting_a_folder_takes_all_beneath_it()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string outer = await CreateAsync(sandbox, "MyLibrary", "outer"), inner = await CreateAsync(sandbox, outer, "inner");
        string file = (await sandbox.RegisterAsync("x", [1, 2], body => body["currentFolderId"] = inner)).Expect(201).Id;
        (await sandbox.Api.SendAsync("DELETE", $"/api/v3/folders/{outer}/")).Expect(204);
        (await sandbox.Api.GetAsync($"/api/v3/files/{file}/")).Expect(404);
        (await sandbox.Api.GetAsync($"/api/v3/folders/{inner}/contents/")).Expect(404);
        (await sandbox.Api.SendAsync("DELETE", "/api/v3/folders/MyLibrary/")).Expect(403);
    }

    [Fact]
    public async Task The_Trash_needs_the_true_parent_and_takes_all_or_nothing()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string folder = await CreateAsync(sandbox, "MyLibrary", "sub");
        string here = await sandbox.AddFileAsync("here", "x");
        string there = (await sandbox.RegisterAsync("there", [1], body => body["currentFolderId"] = folder)).Expect(201).Id;
        const string Archive = "/api/v3/folders/MyLibrary/contents/archive/";
        (await sandbox.Api.PostAsync(Archive, Ids([here, there], []))).Expect(400);
        (await sandbox.Api.PostAsync(Archive, new JsonObject { ["fileIds"] = new JsonArray(here) })).Expect(400);
        Assert.Empty((await TrashAsync(sandbox)));
        (await sandbox.Api.PostAsync(Archive, Ids([here], [folder]))).Expect(204);

        Assert.Empty((await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results);
        Assert.True((await sandbox.Api.GetAsync($"/api/v3/files/{here}/")).Expect(200)["isDeleted"].GetValue<bool>());
        Assert.True((await sandbox.Api.GetAsync($"/api/v3/files/{there}/")).Expect(200)["isDeleted"].GetValue<bool>());
        Assert.Equal(["folder", "filesymlink"], (await TrashAsync(sandbox)).Select(entry => entry!["type"]!.GetValue<string>()));
    }

    [Fact]
    public async Task What_is_in_the_Trash_comes_back_or_goes_for_good()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string folder = await CreateAsync(sandbox, "MyLibrary", "sub");
        string kept = await sandbox.AddFileAsync("kept", "x"), gone = await sandbox.AddFileAsync("gone", "x");
        (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/contents/archive/", Ids([kept, gone], [folder]))).Expect(204);
        var trash = await TrashAsync(sandbox);
        string Link(string name) => trash.Single(entry => entry!["item"]!["name"]!.GetValue<string>() == name)!["item"]!["id"]!.GetValue<string>();

        // The link's id is not the file's, and one wrong id spoils the call.
        const string Recover = "/api/v3/users/me/folders/trash-bin/recover/", Purge = "/api/v3/users/me/folders/trash-bin/delete/";
        (await sandbox.Api.PostAsync(Recover, Links([kept], []))).Expect(400);
        (await sandbox.Api.PostAsync(Recover, Links([Link("kept"), "none"], []))).Expect(400);
        (await sandbox.Api.PostAsync(Recover, Links([Link("kept")], [folder]))).Expect(201);
        (await sandbox.Api.PostAsync(Purge, Links([Link("gone")], []))).Expect(204);

        Assert.Equal([folder, kept], (await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results.Select(entry => entry!["item"]!["id"]!.GetValue<string>()));
        (await sandbox.Api.GetAsync($"/api/v3/files/{gone}/")).Expect(404);
        Assert.Empty(await TrashAsync(sandbox));
    }

    [Fact]
    public async Task What_comes_back_goes_where_it_was_if_that_is_there()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string outer = await CreateAsync(sandbox, "MyLibrary", "outer"), inner = await CreateAsync(sandbox, outer, "inner");
        const string Recover = "/api/v3/users/me/folders/trash-bin/recover/";
        async Task<string[]> NamesAsync(string folder)
            => [.. (await sandbox.Api.GetAsync($"/api/v3/folders/{folder}/contents/")).Expect(200).Results.Select(entry => entry!["item"]!["name"]!.GetValue<string>())];

        // Into a folder that is itself in the Trash: it stays beneath it.
        (await sandbox.Api.PostAsync($"/api/v3/folders/{outer}/contents/archive/", Ids([], [inner]))).Expect(204);
        (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/contents/archive/", Ids([], [outer]))).Expect(204);
        (await sandbox.Api.PostAsync(Recover, Links([], [inner]))).Expect(201);
        Assert.Equal([outer], (await TrashAsync(sandbox)).Select(entry => entry!["item"]!["id"]!.GetValue<string>()));
        Assert.Equal(["inner"], await NamesAsync(outer));

        // Its name was given away meanwhile.
        await CreateAsync(sandbox, "MyLibrary", "outer");
        (await sandbox.Api.PostAsync(Recover, Links([], [outer]))).Expect(201);
        Assert.Equal(["outer", "outer"], await NamesAsync("MyLibrary"));

        // Its folder is gone for good.
        (await sandbox.Api.PostAsync($"/api/v3/folders/{outer}/contents/archive/", Ids([], [inner]))).Expect(204);
        (await sandbox.Api.SendAsync("DELETE", $"/api/v3/folders/{outer}/")).Expect(204);
        (await sandbox.Api.PostAsync(Recover, Links([], [inner]))).Expect(201);
        Assert.Equal(["inner", "outer"], (await NamesAsync("MyLibrary")).Order());
    }

    [Fact]
    public async Task The_Trash_takes_what_lies_under_My_Jobs_and_no_root()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string folder = await CreateAsync(sandbox, "MyJobs", "of a job");
        (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/contents/archive/", Ids([], [folder]))).Expect(400);
        (await sandbox.Api.PostAsync("/api/v3/folders/MyJobs/contents/archive/", Ids([], [folder]))).Expect(204);
        Assert.Single(await TrashAsync(sandbox));
        (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/contents/archive/", Ids([], ["MyJobs"]))).Expect(400);
        (await sandbox.Api.PostAsync("/api/v3/folders/MyLibrary/contents/archive/", Ids([], ["MyLibrary"]))).Expect(400);
        (await sandbox.Api.SendAsync("DELETE", "/api/v3/folders/MyJobs/")).Expect(403);
    }

    private static async Task<string> CreateAsync(LocalSandbox sandbox, string parent, string name)
        => (await sandbox.Api.PostAsync($"/api/v3/folders/{parent}/", new JsonObject { ["name"] = name })).Expect(201).Id;

    private static async Task<JsonArray> TrashAsync(LocalSandbox sandbox)
        => (await sandbox.Api.GetAsync("/api/v3/users/me/folders/trash-bin/?page_size=1000")).Expect(200).Results;

    private static JsonObject Ids(string[] files, string[] folders) => new() { ["fileIds"] = Array(files), ["folderIds"] = Array(folders) };

    private static JsonObject Links(string[] links, string[] folders) => new() { ["filesymlink_ids"] = Array(links), ["folderIds"] = Array(folders) };

    private static JsonArray Array(string[] ids) => [.. ids.Select(id => (JsonNode)id)];
}
