using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Library.Folders;

/// <summary>Folders on disk, and their whole way up and down.</summary>
internal static class Trees
{
    /// <summary>Files whose content is their relative path; a name that ends in / is an empty folder.</summary>
    public static void Make(string root, params string[] names)
    {
        foreach (var name in names)
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(name.EndsWith('/') ? path : Path.GetDirectoryName(path)!);
            if (!name.EndsWith('/'))
                File.WriteAllText(path, name);
        }
    }

    /// <summary>Everything beneath with its content; folders end in / and have none.</summary>
    public static SortedDictionary<string, string> Read(string root)
    {
        var tree = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var name = Path.GetRelativePath(root, path).Replace('\\', '/');
            if (Directory.Exists(path))
                tree[name + "/"] = "";
            else
                tree[name] = Convert.ToBase64String(File.ReadAllBytes(path));
        }

        return tree;
    }

    public static Task<ChangePermission> Grant(string relativePath) => Task.FromResult(ChangePermission.Granted);

    public static Task<ChangePermission> PlanOnly(string relativePath) => Task.FromResult(ChangePermission.PlanOnly);

    public static async Task<Sent> SendAsync(RescaleSession session, string folder, string? parentId = null, FolderUploadOptions? options = null)
    {
        await using var engine = session.CreateEngine(new TransferOptions());
        var upload = session.CreateFolderUpload(options ?? new FolderUploadOptions { IncludeHidden = true });
        var sent = new Sent();
        await foreach (var step in upload.PlanAsync(folder, parentId, Grant, default))
        {
            sent.Steps.Add(step);
            if (step is FileToSend file)
                await sent.TryAsync(file.RelativePath, async () => sent.Files[file.RelativePath] = await upload.SendAsync(engine, file, new UploadOptions(), default));
        }

        return sent;
    }

    public static async Task<Received> ReceiveAsync(RescaleSession session, string folderId, string destination, FolderDownloadOptions? options = null)
    {
        await using var engine = session.CreateEngine(new TransferOptions());
        var download = session.CreateFolderDownload(options ?? new FolderDownloadOptions());
        var received = new Received();
        await foreach (var step in download.PlanAsync(folderId, destination, Grant, default))
        {
            received.Steps.Add(step);
            if (step is FileToReceive file)
                await received.TryAsync(file.RelativePath, async () => received.Files[file.RelativePath] = await download.ReceiveAsync(engine, file, new DownloadOptions(), default));
        }

        return received;
    }

    internal abstract class Outcome
    {
        public List<FolderStep> Steps { get; } = [];
        public SortedDictionary<string, Errors.RescaleException> Errors { get; } = new(StringComparer.Ordinal);

        public string TopId => Folder("");

        public string Folder(string relativePath) => Steps.OfType<FolderStep.FolderReady>().Single(f => f.RelativePath == relativePath).Place!;

        public async Task TryAsync(string name, Func<Task> transfer)
        {
            try
            {
                await transfer();
            }
            catch (Errors.RescaleException e)
            {
                Errors[name] = e;
            }
        }
    }

    internal sealed class Sent : Outcome
    {
        public SortedDictionary<string, SentFile> Files { get; } = new(StringComparer.Ordinal);
    }

    internal sealed class Received : Outcome
    {
        public SortedDictionary<string, ReceivedFile> Files { get; } = new(StringComparer.Ordinal);
    }
}
