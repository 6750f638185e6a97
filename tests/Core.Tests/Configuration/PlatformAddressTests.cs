using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Core.Tests.Configuration;

public class PlatformAddressTests
{
    [Fact]
    public void All_vectors_are_judged_as_stated()
    {
        var judged = 0;
        foreach (var vector in Vectors.Section("smallRules").GetProperty("platformUrls").EnumerateArray())
        {
            var url = vector.GetProperty("url").GetString()!;
            Assert.True(vector.GetProperty("allowed").GetBoolean() == IsAllowed(url), url);
            judged++;
        }

        Assert.True(judged >= 14);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://localhost:1")]
    [InlineData("https://localhost:8443")]
    [InlineData("http://[::1]:5000")]
    [InlineData("http://127.5.6.7:9")]
    [InlineData("  https://kr.rescale.com  ")]
    public void Loopback_addresses_and_padded_hosts_are_allowed(string url) => Assert.True(IsAllowed(url));

    [Theory]
    [InlineData("http://localhost.evil.com:80")]
    [InlineData("http://127.0.0.1.evil.com")]
    [InlineData("http://127.0.0.1@evil.com")]
    [InlineData("http://user:pass@127.0.0.1:80")]
    [InlineData("http://0.0.0.0:80")]
    [InlineData("http://10.0.0.1:80")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://127.0.0.1:80/api")]
    [InlineData("http://127.0.0.1:80?x")]
    [InlineData("http://127.0.0.1:80#x")]
    [InlineData("https://platform.rescale.com#")]
    [InlineData("https://platform.rescale.com?")]
    [InlineData("https://platform.rescale.com//")]
    [InlineData("https://platform.rescale.com.")]
    [InlineData("https://platform.rescale.com\\@evil.com")]
    [InlineData("https://plаtform.rescale.com")]
    [InlineData("https://")]
    [InlineData("   ")]
    public void Everything_else_is_refused(string url) => Assert.False(IsAllowed(url));

    [Fact]
    public void A_parsed_address_has_no_path_and_a_lower_case_host()
        => Assert.Equal("https://platform.rescale.com/", PlatformAddress.Parse("PLATFORM.Rescale.COM/").AbsoluteUri);

    [Fact]
    public void A_refusal_names_the_platforms()
    {
        var error = Assert.Throws<RescaleException>(() => PlatformAddress.Parse("https://evil.com"));
        Assert.Equal(ErrorIds.PlatformNotAllowed, error.ErrorId);
        Assert.Contains("https://platform.rescale.com", error.RecommendedAction);
    }

    [Theory]
    [InlineData("https://itar.rescale.com", true)]
    [InlineData("https://itar.rescale-gov.com", true)]
    [InlineData("https://eu.rescale.com", false)]
    public void Itar_platforms_require_fips_endpoints(string url, bool required)
        => Assert.Equal(required, PlatformAddress.RequiresFips(PlatformAddress.Parse(url)));

    private static bool IsAllowed(string url)
    {
        try
        {
            PlatformAddress.Parse(url);
            return true;
        }
        catch (RescaleException e)
        {
            Assert.Equal(ErrorIds.PlatformNotAllowed, e.ErrorId);
            return false;
        }
    }
}
