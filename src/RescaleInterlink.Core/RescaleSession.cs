namespace RescaleInterlink;

/// <summary>The one place where rooms are wired together. A cmdlet is given one of these. Thread-safe.</summary>
public sealed class RescaleSession : IDisposable
{
    /// <summary>Checks the address and the key with one call (10 s) and returns a live session.</summary>
    /// <exception cref="Errors.RescaleException">PlatformNotAllowed, PlatformUnreachable, ApiKeyRejected, ...</exception>
    public static Task<RescaleSession> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Guid Id => throw new NotImplementedException();
    public Uri ApiUrl => throw new NotImplementedException();
    public Platform.UserProfile User => throw new NotImplementedException();
    public Platform.RescaleClient Client => throw new NotImplementedException();
    public Library.FileLibrary Library => throw new NotImplementedException();
    public Jobs.JobService Jobs => throw new NotImplementedException();

    public Pipelines.PipelineRunner CreatePipeline() => throw new NotImplementedException();
    public Transfers.TransferEngine CreateEngine(Transfers.TransferOptions options) => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}

public sealed record ConnectOptions(string ApiUrl, Platform.ApiKey ApiKey)
{
    public string? CertificatePath { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
