using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Library;

public sealed class FolderNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_is_listed_once_whatever_is_asked_of_it()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        await File.WriteAllTextAsync(_folder.File("source"), "x", Stop);
        using var source = new LocalFileSource(_folder.File("source"));
        var there = await session.Library.UploadAsync(engine, source, "model.inp", null, Stop);
        await using var names = new FolderNames(session.Client.Folders, Stop);

        var before = await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/");
        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => names.FindAsync(there.FolderId, i % 2 == 0 ? "model.inp" : $"other {i}")));
        Assert.All(found.Where((_, i) => i % 2 == 0), file => Assert.Equal(there.Id, file!.Id));
        Assert.All(found.Where((_, i) => i % 2 == 1), Assert.Null);
        Assert.Null(await names.FindAsync(there.FolderId, "MODEL.inp"));
        Assert.Equal(before + 1, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/"));
    }

    [Fact]
    public async Task A_folder_that_was_only_required_to_be_there_can_still_be_looked_into()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        await File.WriteAllTextAsync(_folder.File("source"), "x", Stop);
        using var source = new LocalFileSource(_folder.File("source"));
        var there = await session.Library.UploadAsync(engine, source, "model.inp", null, Stop);
        await using var names = new FolderNames(session.Client.Folders, Stop);
        var before = await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => names.RequireAsync(there.FolderId, namesFollow: false)));
        Assert.Equal(before + 1, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/"));
        Assert.Equal(there.Id, (await names.FindAsync(there.FolderId, "model.inp"))!.Id);
        Assert.Null(await names.FindAsync(there.FolderId, "other"));
    }

    [Fact]
    public async Task A_listing_that_failed_is_made_anew_and_never_taken_for_its_end()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        await using var names = new FolderNames(session.Client.Folders, Stop);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = await Assert.ThrowsAsync<RescaleException>(() => names.FindAsync("nosuch", "a"));
            Assert.Equal(ErrorIds.FolderNotFound, error.ErrorId);
        }
    }

    [Fact]
    public async Task One_command_uses_a_name_once()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        await using var names = new FolderNames(session.Client.Folders, Stop);
        names.Claim("f", "a");
        names.Claim("f", "A");
        names.Claim("g", "a");
        Assert.Equal(ErrorIds.FileAlreadyExists, Assert.Throws<RescaleException>(() => names.Claim("f", "a")).ErrorId);
    }

    [Fact]
    public async Task A_tag_that_cannot_be_set_tells_of_the_file_that_stands()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var failure = Assert.Single(await FileTags.AddAsync(session.Client.Files, "nosuch", "a.dat", ["x", " x ", " "], Stop));
        Assert.Equal(ErrorIds.FileNotFound, failure.ErrorId);
        Assert.Contains("nosuch", failure.Message);
    }
}
