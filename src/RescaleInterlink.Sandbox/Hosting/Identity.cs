namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What the data folder remembers of its sandbox, so that clients and saved URLs stay valid over a restart.</summary>
/// <param name="Https">A folder that once spoke https goes on with it: its saved URLs begin with it.</param>
internal sealed record Identity(int Port, int S3Port, string ApiKey, bool Https = false)
{
    public override string ToString() => $"Ports {Port} and {S3Port}";
}
