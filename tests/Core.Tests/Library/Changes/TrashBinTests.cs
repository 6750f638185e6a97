using RescaleInterlink.Core.Tests.Library.Listing;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Changes;

/// <summary>The Trash gives back and deletes.</summary>
public class TrashBinTests(SharedSandbox shared)
{
    [Fact]
    public async Task Many_that_are_in_the_Trash_no_more_cost_one_look()
    {
        await using var server = new ScriptedServer((request, reply) => request.Method switch
        {
            "POST" when request.BodyText.Contains("gone", StringComparison.Ordinal) || request.BodyText.Contains("stuck", StringComparison.Ordinal) => reply.JsonAsync(400, "{}"),
            "POST" => reply.JsonAsync(204, ""),
            _ => reply.JsonAsync(200, Pages.Of(null, Pages.Folder("there"), Pages.Folder("stuck"))),
        });
        using var client = Clients.For(server);
        var bin = new TrashBin(client.Trash);
        TrashedItem[] items = [new("there", true), new("stuck", true), .. Enumerable.Range(0, 60).Select(static i => new TrashedItem($"gone {i}", true))];
        var settled = await bin.RestoreAsync(items, default).ToDictionaryAsync(static one => one.Item.Id, static one => one.Error?.ErrorId);
        Assert.Equal((62, null, ErrorIds.RequestRejected), (settled.Count, settled["there"], settled["stuck"]));
        Assert.Equal(60, settled.Values.Count(static id => id == ErrorIds.TrashItemNotFound));
        // All of them, the two that are there, and each of these.
        Assert.Equal(4, server.Requests.Count(static request => request.Method == "POST"));
    }

    [Fact]
    public async Task The_Trash_gives_back_and_deletes_all_but_the_bad_ones()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var items = new List<LibraryItem> { new(await shelf.MakeFolderAsync("folder"), true, shelf.Id) };
        for (var i = 0; i < 6; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}"), false, shelf.Id));
        await Changing.TrashAsync(session, [.. items]);
        var mine = (await shelf.TrashAsync()).Where(entry => entry.Item.Id == items[0].Id || entry.Item.FolderId == shelf.Id)
            .ToDictionary(static entry => entry.Item.Name, static entry => new TrashedItem(entry.Item.Id, entry.IsFolder));
        var bin = session.Library.Trash;
        var bad = new TrashedItem("nosuch", false);
        var restored = await bin.RestoreAsync([mine["folder"], mine["0"], bad, mine["1"], mine["2"]], default).ToListAsync();
        Assert.Equal(ErrorIds.TrashItemNotFound, Assert.Single(restored, static one => one.Error is not null).Error!.ErrorId);
        Assert.Equal(["0", "1", "2", "folder"], await shelf.NamesAsync());
        var purged = await bin.PurgeAsync([mine["0"], mine["3"], mine["4"], bad], default).ToListAsync();
        Assert.Equal(2, purged.Count(static one => one.Error is { ErrorId: ErrorIds.TrashItemNotFound }));
        Assert.Equal(mine["5"].Id, Assert.Single(await bin.FindAsync([mine["5"].Id, mine["4"].Id, "nosuch"], default)).Item.Id);
    }
}
