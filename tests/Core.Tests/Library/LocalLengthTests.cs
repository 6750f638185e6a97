using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library;

public sealed class LocalLengthTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_link_is_as_long_as_the_file_it_leads_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        File.WriteAllText(_folder.File("file"), "123");
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("file"));
        File.CreateSymbolicLink(_folder.File("circle"), _folder.File("circle"));
        Assert.Equal(3, LocalLength.Of(_folder.File("link")));
        Assert.Null(LocalLength.Find(_folder.File("circle")));
    }

    [Fact]
    public void What_is_gone_has_none()
    {
        Assert.Equal(ErrorIds.SourceNotFound, Assert.Throws<RescaleException>(() => LocalLength.Of(_folder.File("gone"))).ErrorId);
        Assert.Null(LocalLength.Find(_folder.File("gone")));
    }
}
