using System.Security.Cryptography;
using System.Text;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Accepts the sandbox's one key under both schemes of the platform.</summary>
internal sealed class Authentication(string apiKey)
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(apiKey);

    /// <exception cref="ApiException">401.</exception>
    public void Check(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.Length == 0)
            throw ApiException.Detail(401, "Authentication credentials were not provided.");
        string given = header.StartsWith("Token ", StringComparison.Ordinal) ? header[6..]
            : header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..]
            : "";
        if (!CryptographicOperations.FixedTimeEquals(_key, Encoding.UTF8.GetBytes(given)))
            throw ApiException.Detail(401, "Invalid token.");
    }
}
