using System.Text;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Configuration;

public sealed class TokenFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Key = "0123456789abcdef0123456789abcdef01234567";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_holds_the_key_and_a_line_feed_for_its_owner_only()
    {
        var path = Path.Combine(_folder.Path, "a", "b", "token");
        await TokenFile.WriteAsync(path, $" {Key}\n", default);
        Assert.Equal(Key + "\n", await File.ReadAllTextAsync(path));
        Assert.Equal((Key, null), (TokenFile.Read(path).Reveal(), TokenFile.Read(path).Warning));
        Assert.Equal(["a", Path.Combine("a", "b"), Path.Combine("a", "b", "token")], _folder.Names());
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(Owner, File.GetUnixFileMode(path));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task One_that_others_can_read_is_warned_of_and_repaired_by_writing_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists.");
        if (OperatingSystem.IsWindows())
            return; // The analyzer does not know a skip.
        var path = _folder.File("token");
        await File.WriteAllTextAsync(path, Key);
        File.SetUnixFileMode(path, Owner | UnixFileMode.GroupRead);
        Assert.Contains(path, TokenFile.Read(path).Warning);
        Assert.DoesNotContain(Key, TokenFile.Read(path).Warning);
        // Whoever has it open still has the old one: the new one is another file, and was never open to others.
        await using var reader = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await TokenFile.WriteAsync(path, "anotherKey", default);
        Assert.Equal(Owner, File.GetUnixFileMode(path));
        Assert.Null(TokenFile.Read(path).Warning);
        Assert.Equal(Key, await new StreamReader(reader).ReadToEndAsync());
    }

    [Fact]
    public async Task The_default_folder_is_closed_to_others_and_a_chosen_one_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists.");
        if (OperatingSystem.IsWindows())
            return; // The analyzer does not know a skip.
        const UnixFileMode Open = Owner | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        var places = new ConfigurationPlaces(name => name == ConfigurationPlaces.FolderVariable ? _folder.File("default") : null, windows: false);
        Directory.CreateDirectory(places.Folder, Open);
        var chosen = Directory.CreateDirectory(_folder.File("chosen"), Open).FullName;
        await TokenFile.WriteAsync(places, Key, default);
        await TokenFile.WriteAsync(Path.Combine(chosen, "token"), Key, default);
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(places.Folder));
        Assert.Equal(Open, File.GetUnixFileMode(chosen));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t ")]
    [InlineData("first\nsecond\n")]
    [InlineData("first\rsecond")]
    [InlineData("with space")]
    [InlineData("nul\0")]
    [InlineData("schlüssel")]
    public void What_is_not_one_key_is_refused_and_not_repeated(string text)
    {
        var path = _folder.File("token");
        File.WriteAllText(path, text);
        var error = Assert.Throws<RescaleException>(() => TokenFile.Read(path));
        Assert.Equal(ErrorIds.TokenFileInvalid, error.ErrorId);
        if (text.Trim().Length > 0)
            Assert.DoesNotContain(text.Trim()[..4], error.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("with space")]
    public async Task Nothing_else_is_written_either(string key)
    {
        Assert.Equal(ErrorIds.TokenFileInvalid, (await Assert.ThrowsAsync<RescaleException>(() => TokenFile.WriteAsync(_folder.File("token"), key, default))).ErrorId);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Byte_order_marks_and_line_ends_of_windows_are_read()
    {
        File.WriteAllText(_folder.File("token"), Key + "\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(Key, TokenFile.Read(_folder.File("token")).Reveal());
    }

    [Fact]
    public async Task Hostile_places_are_errors_of_their_own()
    {
        Assert.Equal(ErrorIds.TokenFileNotFound, Fails(_folder.File("none")).ErrorId);
        File.WriteAllBytes(_folder.File("long"), new byte[10 << 20]);
        Assert.Equal(ErrorIds.TokenFileInvalid, Fails(_folder.File("long")).ErrorId);
        File.WriteAllText(_folder.File("wide"), Key, Encoding.Unicode);
        Assert.Equal(ErrorIds.TokenFileInvalid, Fails(_folder.File("wide")).ErrorId);
        Directory.CreateDirectory(_folder.File("folder"));
        Assert.Equal(ErrorIds.TokenFileUnreadable, Fails(_folder.File("folder")).ErrorId);
        Assert.Equal(ErrorIds.TokenFileUnwritable, (await Assert.ThrowsAsync<RescaleException>(() => TokenFile.WriteAsync(_folder.File("folder"), Key, default))).ErrorId);
        Assert.Equal(["folder", "long", "wide"], _folder.Names());
    }

    [Fact]
    public async Task Deleting_tells_whether_there_was_one()
    {
        await TokenFile.WriteAsync(_folder.File("token"), Key, default);
        Assert.True(TokenFile.Delete(_folder.File("token")));
        Assert.False(TokenFile.Delete(_folder.File("token")));
        Assert.False(TokenFile.Delete(Path.Combine(_folder.Path, "none", "token")));
        // What a writer that was killed has left holds a key as well.
        await File.WriteAllTextAsync(_folder.File(".token.0123.tmp"), Key);
        await File.WriteAllTextAsync(_folder.File(".other.0123.tmp"), "mine");
        Assert.False(TokenFile.Delete(_folder.File("token")));
        Assert.Equal([".other.0123.tmp"], _folder.Names());
    }

    /// <summary>A writer that was killed at its first write has left a key and no file.</summary>
    [Fact]
    public async Task What_is_left_alone_counts_as_there_behind_a_link_too()
    {
        Assert.False(TokenFile.Exists(_folder.File("token")));
        await File.WriteAllTextAsync(_folder.File(".token.0123.tmp"), Key);
        Assert.True(TokenFile.Exists(_folder.File("token")));
        TokenFile.Delete(_folder.File("token"));
        Assert.Empty(_folder.Names());

        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making links needs a right there.");
        var far = Directory.CreateDirectory(_folder.File("far")).FullName;
        File.CreateSymbolicLink(_folder.File("token"), Path.Combine(far, "key"));
        await File.WriteAllTextAsync(Path.Combine(far, ".key.0123.tmp"), Key);
        Assert.True(TokenFile.Exists(_folder.File("token")));
        TokenFile.Delete(_folder.File("token"));
        Assert.Empty(Directory.GetFileSystemEntries(far));
        Assert.Equal(["far"], _folder.Names());

        File.CreateSymbolicLink(_folder.File("token"), Path.Combine(far, "key"));
        await TokenFile.WriteAsync(_folder.File("token"), Key, default);
        Assert.True(TokenFile.Delete(_folder.File("token")));
        Assert.Empty(Directory.GetFileSystemEntries(far));
    }

    [Fact]
    public async Task A_pipe_or_a_device_is_refused_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no mkfifo and no /dev/zero.");
        var pipe = _folder.File("pipe");
        using (var made = System.Diagnostics.Process.Start("mkfifo", pipe))
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(_folder.File("link"), pipe);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_folder.File("socket")));
        foreach (var path in new[] { pipe, _folder.File("link"), "/dev/zero", _folder.File("socket") })
        {
            var token = await Task.Run(() => Fails(path)).WaitAsync(TestPatience.Long);
            Assert.Equal(ErrorIds.TokenFileUnreadable, token.ErrorId);
            var configuration = await Task.Run(() => Assert.Throws<RescaleException>(() => ConfigurationFile.Load(path))).WaitAsync(TestPatience.Long);
            Assert.Equal(ErrorIds.ConfigurationUnreadable, configuration.ErrorId);
        }
    }

    [Fact]
    public void A_found_key_prints_as_its_source() => Assert.Equal("RESCALE_API_KEY", $"{new FoundKey("RESCALE_API_KEY", Key)}");

    private static RescaleException Fails(string path) => Assert.Throws<RescaleException>(() => TokenFile.Read(path));
}
