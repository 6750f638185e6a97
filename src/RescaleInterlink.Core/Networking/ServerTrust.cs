using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace RescaleInterlink.Networking;

/// <summary>
/// Decides whether a server's certificate is good: what the system trusts, and for a loopback host also one
/// given certificate. The extra trust cannot reach any other host, and it never excuses a wrong name.
/// </summary>
internal sealed class ServerTrust(string? certificatePath)
{
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (certificatePath is null || errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null)
            return false;
        return sender is SslStream stream
            && Loopback.IsHost(stream.TargetHostName)
            && IsSignedByGiven(certificate, chain);
    }

    private bool IsSignedByGiven(X509Certificate certificate, X509Chain? received)
    {
        // Read at each handshake: a sandbox that was started anew may have made a new one at the same place.
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(certificatePath!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            // A file that cannot be read trusts nothing; the handshake then fails with a certificate error.
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        // A certificate made on this machine has no revocation list to ask.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (received is not null)
            chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        using var leaf = new X509Certificate2(certificate);
        return chain.Build(leaf);
    }
}
