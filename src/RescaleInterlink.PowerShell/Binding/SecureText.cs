using System.Net;
using System.Security;

namespace RescaleInterlink.PowerShell.Binding;

internal static class SecureText
{
    public static string Reveal(SecureString text) => new NetworkCredential(string.Empty, text).Password;
}
