namespace RescaleInterlink.Sandbox.Azure;

/// <summary>The names of Azure's blob operations as its REST reference writes them, without the blanks and the word Blob where it says nothing.</summary>
internal static class AzureOperation
{
    public const string Unknown = "Unknown";

    /// <param name="target">What the request line asks for.</param>
    public static string Resolve(HttpRequest request, AzureTarget target)
    {
        string component = request.Query["comp"].ToString();
        string method = request.Method;
        if (target.Path.Length > 0)
            return OfBlob(method, component, request.Headers.ContainsKey("x-ms-copy-source"));
        if (target.Container.Length > 0)
            return OfContainer(method, component);
        return (method, component) switch
        {
            ("GET", "list") => "ListContainers",
            ("GET", "properties") => "GetServiceProperties",
            ("POST", "batch") => "Batch",
            _ => Unknown,
        };
    }

    private static string OfBlob(string method, string component, bool isCopy) => (method, component) switch
    {
        ("HEAD", "") => "GetProperties",
        ("GET", "") => "GetBlob",
        ("GET", "blocklist") => "GetBlockList",
        ("GET" or "HEAD", "metadata") => "GetMetadata",
        ("GET", "tags") => "GetTags",
        ("PUT", "") => isCopy ? "CopyBlob" : "PutBlob",
        ("PUT", "block") => isCopy ? "PutBlockFromUrl" : "PutBlock",
        ("PUT", "blocklist") => "PutBlockList",
        ("PUT", "metadata") => "SetMetadata",
        ("PUT", "properties") => "SetProperties",
        ("PUT", "tags") => "SetTags",
        ("PUT", "lease") => "LeaseBlob",
        ("PUT", "snapshot") => "SnapshotBlob",
        ("PUT", "tier") => "SetTier",
        ("DELETE", _) => "DeleteBlob",
        _ => Unknown,
    };

    private static string OfContainer(string method, string component) => (method, component) switch
    {
        ("GET", "list") => "ListBlobs",
        ("GET" or "HEAD", "") => "GetContainerProperties",
        ("PUT", "") => "CreateContainer",
        ("DELETE", "") => "DeleteContainer",
        _ => Unknown,
    };
}
