namespace RescaleInterlink.Storage;

/// <summary>Requests to a store, as their failures differ in meaning.</summary>
internal enum StoreRequest
{
    Head,
    Get,
    Put,
    Begin,
    Part,
    List,
    Commit,
    Abort,
    ListUploads,
    Delete,
}

internal static class StoreRequests
{
    /// <summary>What is being done, as the start of a sentence.</summary>
    public static string Describe(this StoreRequest request, string key) => request switch
    {
        StoreRequest.Head => $"Looking up object '{key}'",
        StoreRequest.Get => $"Reading object '{key}'",
        StoreRequest.Put or StoreRequest.Part => $"Writing object '{key}'",
        StoreRequest.Begin => $"Starting an upload of object '{key}'",
        StoreRequest.List => $"Listing the parts of object '{key}'",
        StoreRequest.Commit => $"Finishing object '{key}'",
        StoreRequest.ListUploads => key.Length == 0 ? "Listing the unfinished uploads" : $"Listing the unfinished uploads of '{key}'",
        StoreRequest.Delete => $"Deleting object '{key}'",
        _ => $"Giving up the upload of object '{key}'",
    };
}
