using System.Net;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Platform;

public sealed class ApiErrorsTests
{
    [Fact]
    public void Every_refusal_says_what_to_do_next()
    {
        foreach (var conflict in new[] { null, "AnId" })
        {
            var call = new ApiCall(HttpMethod.Post, "/x/", new ApiPolicy().Ordinary, "the thing") { ConflictId = conflict };
            for (var status = 300; status < 620; status++)
            {
                var error = ApiErrors.FromStatus(call, (HttpStatusCode)status, "", null);
                Assert.False(string.IsNullOrWhiteSpace(error.RecommendedAction), $"{status}: {error.Message}");
                Assert.Equal(status, error.StatusCode);
            }
        }
    }
}
