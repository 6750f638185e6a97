using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Tests.S3;

namespace RescaleInterlink.Sandbox.Tests.Credentials;

public sealed class TemporaryCredentialsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("credentials-tests-").FullName;
    private readonly ShiftedTime _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_issued_is_found_after_a_restart()
    {
        var issued = new TemporaryCredentials(_folder, _time).Issue(TimeSpan.FromMinutes(15));
        Assert.Matches("^ASIA[A-Z2-7]{16}$", issued.AccessKey);
        Assert.InRange(issued.ExpiresAt - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
        Assert.Equal(issued, new TemporaryCredentials(_folder, _time).Find(issued.AccessKey));
        Assert.Null(new TemporaryCredentials(_folder, _time).Find("ASIA"));
    }

    [Fact]
    public void Two_are_never_the_same()
    {
        var credentials = new TemporaryCredentials(_folder, _time);
        var issued = Enumerable.Range(0, 50).Select(_ => credentials.Issue(TimeSpan.FromMinutes(1))).ToList();
        Assert.Equal(50, issued.Select(one => one.AccessKey).Distinct().Count());
        Assert.Equal(50, issued.Select(one => one.SecretKey).Distinct().Count());
        Assert.Equal(50, issued.Select(one => one.SessionToken).Distinct().Count());
    }

    [Fact]
    public void Expiring_all_holds_after_a_restart()
    {
        var credentials = new TemporaryCredentials(_folder, _time);
        var issued = credentials.Issue(TimeSpan.FromMinutes(15));
        credentials.ExpireAll();
        Assert.True(new TemporaryCredentials(_folder, _time).Find(issued.AccessKey)!.ExpiresAt <= _time.GetUtcNow());
    }

    [Fact]
    public void An_expired_one_is_remembered_for_a_day_and_then_forgotten()
    {
        var credentials = new TemporaryCredentials(_folder, _time);
        var issued = credentials.Issue(TimeSpan.FromMinutes(15));
        _time.Offset = TimeSpan.FromHours(24);
        credentials.Issue(TimeSpan.FromMinutes(15));
        Assert.NotNull(credentials.Find(issued.AccessKey));
        _time.Offset = TimeSpan.FromHours(25);
        credentials.Issue(TimeSpan.FromMinutes(15));
        Assert.Null(credentials.Find(issued.AccessKey));
    }

    [Fact]
    public void Secrets_are_in_no_text_and_in_no_file_that_others_can_read()
    {
        var issued = new TemporaryCredentials(_folder, _time).Issue(TimeSpan.FromMinutes(15));
        Assert.Contains(issued.AccessKey, issued.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(issued.SecretKey, issued.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(issued.SessionToken, issued.ToString(), StringComparison.Ordinal);
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in Directory.GetFiles(_folder)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }
}
