namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What the data folder remembers of its sandbox, so that clients and saved URLs stay valid over a restart.</summary>
internal sealed record Identity(int Port, int S3Port, string ApiKey)
{
    public override string ToString() => $"Ports {Port} and {S3Port}";
}
