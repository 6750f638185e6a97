namespace RescaleInterlink.Networking;

/// <summary>Takes secrets out of text that will be shown, logged or put in an exception.</summary>
public static partial class Redaction
{
    public static string Redact(string? text) => throw new NotImplementedException();
}
