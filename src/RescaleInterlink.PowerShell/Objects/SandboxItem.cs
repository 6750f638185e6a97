using System.Net;
using System.Security;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A running sandbox. <c>ApiUrl</c>, <c>ApiKey</c> and <c>CertificatePath</c> bind to Connect-Rescale,
/// <c>Path</c> and <c>ProcessId</c> to Stop-RescaleSandbox.</summary>
public sealed class SandboxItem : IShellObject
{
    internal SandboxItem(SandboxInstance instance)
    {
        ApiUrl = instance.ApiUrl;
        ApiKey = new NetworkCredential(string.Empty, instance.ApiKey).SecurePassword;
        ApiKey.MakeReadOnly();
        S3Endpoint = instance.S3Endpoint;
        StorageType = instance.StorageType;
        AzureEndpoint = instance.AzureEndpoint;
        Path = instance.Path;
        ProcessId = instance.ProcessId;
        CertificatePath = instance.CertificatePath;
    }

    static string IShellObject.TypeName => "RescaleInterlink.Sandbox";

    public Uri ApiUrl { get; }

    public SecureString ApiKey { get; }

    public Uri S3Endpoint { get; }

    /// <summary>Where the user's files go.</summary>
    public SandboxStorage StorageType { get; }

    /// <summary>Address of its Azure account; null without one.</summary>
    public Uri? AzureEndpoint { get; }

    public string Path { get; }

    public int ProcessId { get; }

    /// <summary>PEM file of its own certificate when it speaks https, else null.</summary>
    public string? CertificatePath { get; }

    public override string ToString() => $"Sandbox {ApiUrl} (process {ProcessId})";
}
