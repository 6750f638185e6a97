using System.Security.Cryptography;
using System.Text;

namespace RescaleInterlink.Platform;

/// <summary>An API key that cannot be printed by accident.</summary>
public sealed class ApiKey
{
    private readonly string _value;

    /// <param name="value">The key as the platform issued it; white space around it is dropped.</param>
    public ApiKey(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value.Trim();
    }

    /// <summary><c>Bearer</c> for a JWT, else <c>Token</c> (interop API 1, authScheme).</summary>
    public string AuthorizationHeader => (IsJwt ? "Bearer " : "Token ") + _value;

    /// <summary>Tells keys apart without telling them: the first 8 bytes of the SHA-256, in hex (interop API 2.5).</summary>
    internal string Hash => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(_value)), 0, 8).ToLowerInvariant();

    /// <summary>False for a key that no header can carry: empty, or with control or non-ASCII characters.</summary>
    internal bool IsUsable => _value.Length > 0 && _value.All(static c => c is > ' ' and < (char)127);

    /// <summary>Hides this very key in a server's text, beside all that looks like a secret.</summary>
    internal string Redact(string? text) => Networking.Redaction.Redact(text, _value);

    public override string ToString() => "***";

    private bool IsJwt
    {
        get
        {
            var pieces = _value.Split('.');
            return pieces.Length == 3 && pieces[0].StartsWith("ey", StringComparison.Ordinal);
        }
    }
}
