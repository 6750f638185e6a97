using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>The sandbox's own certificate for its loopback names, kept in the data folder so that a client that trusts it stays content.</summary>
internal static class SelfSignedCertificate
{
    public static X509Certificate2 LoadOrCreate(DataFolder folder, TimeProvider time)
    {
        if (File.Exists(folder.CertificateKey) && File.Exists(folder.Certificate))
        {
            var remembered = X509CertificateLoader.LoadPkcs12FromFile(folder.CertificateKey, password: null);
            if (remembered.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime.AddDays(1))
                return remembered;
            remembered.Dispose();
        }

        byte[] pfx = Create(time.GetUtcNow());
        PrivateFiles.Write(folder.CertificateKey, pfx);
        var certificate = X509CertificateLoader.LoadPkcs12(pfx, password: null);
        PrivateFiles.Write(folder.Certificate, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
        return certificate;
    }

    private static byte[] Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=RescaleInterlink sandbox", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("*.localhost");
        names.AddDnsName("sandbox.localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(5));
        return certificate.Export(X509ContentType.Pkcs12);
    }
}
