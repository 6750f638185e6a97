namespace RescaleInterlink.Storage.S3;

/// <summary>Requests to S3, as their failures differ in meaning.</summary>
internal enum S3Operation
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
