namespace RescaleInterlink.Sandbox.S3;

/// <summary>A refusal in S3's words: the status and code it would answer.</summary>
internal sealed class S3Exception(int status, string code, string message, params (string Name, string Value)[] details) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>S3's error code, such as NoSuchKey.</summary>
    public string Code { get; } = code;

    /// <summary>Further elements of the error document. No secrets.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; } = details;
}
