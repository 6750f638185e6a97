using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Platform;

public class ApiKeyTests
{
    [Fact]
    public void All_vectors_give_their_scheme()
    {
        var vectors = Vectors.Section("authScheme");
        Assert.Equal(8, vectors.GetArrayLength());
        foreach (var vector in vectors.EnumerateArray())
            Assert.Equal(vector.GetProperty("authorization").GetString(), new ApiKey(vector.GetProperty("apiKey").GetString()!).AuthorizationHeader);
    }

    [Fact]
    public void It_cannot_be_printed() => Assert.DoesNotContain("secret", $"{new ApiKey("secret")} {new ConnectOptions("https://eu.rescale.com", new ApiKey("secret"))}");

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("käse")]
    public void A_key_that_no_header_can_carry_is_rejected_before_anything_is_sent(string key)
    {
        using var never = new SocketsHttpHandler();
        var error = Assert.Throws<RescaleException>(() => new RescaleClient(new Uri("http://127.0.0.1:1/"), new ApiKey(key), never));
        Assert.Equal(ErrorIds.ApiKeyRejected, error.ErrorId);
    }
}
