using RescaleInterlink.Archiving;
using RescaleInterlink.Core.Tests.Archiving;
using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Library.Folders;

public sealed class ArchiveUploadTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RescaleSession _session = shared.Session;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TarCompression.None)]
    [InlineData(TarCompression.Gzip)]
    public async Task A_folder_becomes_one_file_that_a_name_can_be_given(TarCompression compression)
    {
        var folder = Make("case");
        var archive = new ArchiveOptions { Compression = compression };
        var sent = await SendAsync(new ArchiveUploadOptions { Archive = archive }, folder + Path.DirectorySeparatorChar);
        Assert.Equal((FileOutcome.Transferred, ArchiveName.For(folder, compression == TarCompression.Gzip)), (sent.Outcome, sent.Name));
        sent = await SendAsync(new ArchiveUploadOptions { Archive = archive, Name = $"named-{compression}" }, folder);
        var stored = await _session.Client.Files.GetAsync(sent.Id, TestContext.Current.CancellationToken);
        Assert.Equal(($"named-{compression}", sent.Length), (stored.Name, stored.DecryptedSize));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_looked_for_only_when_that_is_asked()
    {
        var folder = Make("taken");
        var first = await SendAsync(new ArchiveUploadOptions(), folder);
        Assert.NotEqual(first.Id, (await SendAsync(new ArchiveUploadOptions { Conflict = null }, folder)).Id);
        Assert.Equal(FileOutcome.Skipped, (await SendAsync(new ArchiveUploadOptions { Conflict = FolderConflict.Skip }, folder)).Outcome);
        await FailsAsync(ErrorIds.FileAlreadyExists, new ArchiveUploadOptions { Conflict = FolderConflict.Error }, folder);
        Assert.Equal(FileOutcome.Transferred, (await SendAsync(new ArchiveUploadOptions { Conflict = FolderConflict.Error, Name = "free" }, folder)).Outcome);
        await FailsAsync(ErrorIds.TransferOptionInvalid, new ArchiveUploadOptions { Conflict = FolderConflict.Merge }, folder);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_before_anything_is()
    {
        var folder = Make("refused");
        await FailsAsync(ErrorIds.SourceIsFile, new ArchiveUploadOptions(), Path.Combine(folder, "a.txt"));
        await FailsAsync(ErrorIds.SourceNotFound, new ArchiveUploadOptions(), folder + "x");
        await FailsAsync(ErrorIds.UnsafeFileName, new ArchiveUploadOptions { Name = "a/b" }, folder);
        await FailsAsync(ErrorIds.PatternInvalid, new ArchiveUploadOptions { Archive = new ArchiveOptions { Include = ["a"], Exclude = ["b"] } }, folder);
        await FailsAsync(ErrorIds.TransferOptionInvalid, new ArchiveUploadOptions { Name = "one" }, folder, Make("second"));
    }

    private string Make(string name)
    {
        var path = Directory.CreateDirectory(_folder.Combine(name)).FullName;
        File.WriteAllText(Path.Combine(path, "a.txt"), name);
        return path;
    }

    private async Task<SentFile> SendAsync(ArchiveUploadOptions options, params string[] folders)
    {
        await using var upload = _session.CreateArchiveUpload(options, TestContext.Current.CancellationToken);
        var steps = new List<ArchiveToSend>();
        foreach (var folder in folders)
            steps.Add(await upload.PlanAsync(folder, null, TestContext.Current.CancellationToken));
        await using var engine = _session.CreateEngine(new TransferOptions());
        return await upload.SendAsync(engine, steps[0], new UploadOptions(), TestContext.Current.CancellationToken);
    }

    private async Task FailsAsync(string errorId, ArchiveUploadOptions options, params string[] folders)
        => Assert.Equal(errorId, (await Assert.ThrowsAsync<RescaleException>(() => SendAsync(options, folders))).ErrorId);
}
