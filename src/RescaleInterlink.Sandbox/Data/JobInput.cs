namespace RescaleInterlink.Sandbox.Data;

public sealed record JobInput(string FileId, bool Decompress);
