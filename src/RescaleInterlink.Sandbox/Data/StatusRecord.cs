namespace RescaleInterlink.Sandbox.Data;

public sealed record StatusRecord(string Status, DateTimeOffset Date, string? Reason);
