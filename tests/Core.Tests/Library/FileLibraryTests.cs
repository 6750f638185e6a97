using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Library;

/// <summary>The whole way of a file, up and down, through the real sandbox.</summary>
public sealed class FileLibraryTests(SharedSandbox shared) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.inp", 100_000)]
    [InlineData("empty", 0)]
    [InlineData("with spaces [and brackets] #1 100% ünï 日本.dat", 1)]
    [InlineData("two parts.bin", (16 << 20) + 1)]
    public async Task What_goes_up_comes_down(string name, int length)
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        var content = RandomNumberGenerator.GetBytes(length);
        using var source = MakeFile(content);
        var uploaded = await session.Library.UploadAsync(engine, source, name, null, default);
        Assert.Equal((name, (long)length, Convert.ToHexStringLower(SHA512.HashData(content))), (uploaded.Name, uploaded.Length, uploaded.Sha512));
        Assert.StartsWith($"user/user_sandbox/{name}-", uploaded.ObjectKey);

        var record = await session.Client.Files.GetAsync(uploaded.Id, default);
        Assert.Equal(length, record.DecryptedSize);
        foreach (var (file, target) in new[] { (record, "full"), (new PlatformFile { Id = uploaded.Id, Name = name }, "id only") })
        {
            var result = await session.Library.DownloadAsync(engine, file, _folder.File(target), overwrite: false, default);
            Assert.Equal(Integrity.Verified, result.Integrity);
            Assert.Equal(content, await File.ReadAllBytesAsync(_folder.File(target)));
        }
    }

    [Fact]
    public async Task It_is_listed_newest_first_and_in_its_folder()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        using var source = MakeFile("x"u8.ToArray());
        var uploaded = await session.Library.UploadAsync(engine, source, "listed.txt", null, default);
        Assert.Contains(await session.Client.Files.ListAsync(default).Take(20).ToListAsync(), f => f.Id == uploaded.Id);
        var inFolder = await session.Client.Folders.ListContentsAsync(uploaded.FolderId, default).ToListAsync();
        var entry = Assert.Single(inFolder, e => e.Item.Id == uploaded.Id);
        var result = await session.Library.DownloadAsync(engine, entry.Item, _folder.File("from listing"), overwrite: false, default);
        Assert.Equal(1, result.Length);
    }

    [Fact]
    public async Task Many_files_at_once_ask_for_profile_folders_and_keys_once()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var source = MakeFile(Encoding.UTF8.GetBytes($"content {i}"));
            var uploaded = await session.Library.UploadAsync(engine, source, $"f{i}", null, default);
            var record = await session.Client.Files.GetAsync(uploaded.Id, default);
            await session.Library.DownloadAsync(engine, record, _folder.File($"down{i}"), overwrite: false, default);
            Assert.Equal($"content {i}", await File.ReadAllTextAsync(_folder.File($"down{i}")));
        }));
        // One for the connection and one for the library.
        Assert.Equal(2, await sandbox.CountRequestsAsync("GET", "/api/v3/users/me/"));
        Assert.Equal(1, await sandbox.CountRequestsAsync("GET", "/api/v3/users/me/folders/"));
        // Once for uploads, once for downloads, which name the file's place.
        Assert.Equal(2, await sandbox.CountRequestsAsync("POST", "/api/v3/credentials/"));
    }

    [Fact]
    public async Task A_name_that_cannot_be_registered_is_refused_before_anything_is_sent()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        using var source = MakeFile([1]);
        var error = await Assert.ThrowsAsync<RescaleException>(() => session.Library.UploadAsync(engine, source, "a/b", null, default));
        Assert.Equal(ErrorIds.UnsafeFileName, error.ErrorId);
        Assert.Equal(0, engine.GetProgress().FilesTotal);
    }

    [Fact]
    public async Task An_unknown_folder_leaves_a_hint_where_the_bytes_are()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        using var source = MakeFile([1]);
        var error = await Assert.ThrowsAsync<RescaleException>(() => session.Library.UploadAsync(engine, source, "orphan", "nofolder", default));
        Assert.Contains("sandbox/user/user_sandbox/orphan-", error.Message);
    }

    [Fact]
    public async Task An_unknown_file_is_not_found_and_leaves_nothing()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions());
        var error = await Assert.ThrowsAsync<RescaleException>(() => session.Library.DownloadAsync(engine, new PlatformFile { Id = "nofile", Name = "x" }, _folder.File("x"), overwrite: false, default));
        Assert.Equal((ErrorIds.FileNotFound, ErrorKind.NotFound), (error.ErrorId, error.Kind));
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task Registration_through_faults_of_the_api_succeeds()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10) });
        await using var engine = session.CreateEngine(new TransferOptions());
        await sandbox.SetFaultsAsync(
            """{"target":"api","method":"POST","path":"^/api/v3/files/$","fault":"status","status":503,"retryAfterSeconds":1,"times":1}""",
            """{"target":"api","method":"POST","path":"^/api/v3/credentials/$","fault":"resetBefore","times":2}""",
            """{"target":"api","method":"GET","path":"^/api/v3/users/me/$","fault":"truncate","afterBytes":20,"times":1}""");
        using var source = MakeFile([1, 2, 3]);
        var uploaded = await session.Library.UploadAsync(engine, source, "through faults", null, default);
        Assert.Equal(3, uploaded.Length);
        Assert.Equal([1, 2, 1], await sandbox.GetFiredFaultsAsync());
        Assert.Single(await session.Client.Files.ListAsync(default).ToListAsync());
    }

    [Theory]
    [InlineData("loseReply", "")]
    [InlineData("loseReply", ",\"times\":1")]
    [InlineData("garbleReply", "")]
    [InlineData("truncate", "")]
    public async Task A_lost_answer_to_the_registration_makes_no_second_record(string fault, string times)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10) });
        await using var engine = session.CreateEngine(new TransferOptions());
        await sandbox.SetFaultsAsync($$"""{"target":"api","method":"POST","path":"^/api/v3/files/$","fault":"{{fault}}"{{times}}}""");
        using var source = MakeFile([1, 2, 3]);
        var uploaded = await session.Library.UploadAsync(engine, source, "lost reply", null, default);
        Assert.Equal([1], await sandbox.GetFiredFaultsAsync());
        Assert.Equal(uploaded.Id, Assert.Single(await session.Client.Files.ListAsync(default).ToListAsync()).Id);
    }

    [Fact]
    public async Task A_registration_that_never_happens_ends_and_makes_no_record()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10), MaxRetries = 3 });
        await using var engine = session.CreateEngine(new TransferOptions());
        await sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"^/api/v3/files/$","fault":"resetAfter"}""");
        using var source = MakeFile([1, 2, 3]);
        var error = await Assert.ThrowsAsync<RescaleException>(() => session.Library.UploadAsync(engine, source, "never", null, default));
        Assert.Equal(ErrorIds.FileRegistrationUncertain, error.ErrorId);
        Assert.Equal([4], await sandbox.GetFiredFaultsAsync());
        Assert.Empty(await session.Client.Files.ListAsync(default).ToListAsync());
    }

    private LocalFileSource MakeFile(byte[] content)
    {
        var path = _folder.File("source-" + Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return new LocalFileSource(path);
    }
}
