using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>The S3 protocol over one repository: a terminal request delegate for a whole listener.</summary>
public sealed class S3Endpoint(
    ObjectRepository objects, TemporaryCredentials credentials, S3Options options, TimeProvider time, ILogger logger)
{
    public Task HandleAsync(HttpContext context)
    {
        _ = (objects, credentials, options, time, logger);
        throw new NotImplementedException();
    }
}
