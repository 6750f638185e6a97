namespace RescaleInterlink.Sandbox.S3;

/// <summary>What an authentic request's chunks are checked against.</summary>
/// <param name="Key">The signing key of the scope. Never logged.</param>
/// <param name="Timestamp">Time of the signature, as in x-amz-date.</param>
/// <param name="Scope">Date, region, service and terminator.</param>
/// <param name="Signature">The request's own signature, from which the chain of chunk signatures starts.</param>
/// <param name="PayloadHash">x-amz-content-sha256: a hash or one of the streaming modes.</param>
internal sealed record SigningContext(byte[] Key, string Timestamp, string Scope, string Signature, string PayloadHash)
{
    public override string ToString() => $"{Timestamp} {Scope}";
}
