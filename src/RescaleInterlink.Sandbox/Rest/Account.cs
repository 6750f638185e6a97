using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>The one user of a sandbox and the storages that belong to it.</summary>
/// <param name="DefaultStorage">Where the user's files go.</param>
/// <param name="S3Endpoint">Address of the S3 listener.</param>
/// <param name="AzureEndpoint">Address of the Azure listener with the account's name; null without one.</param>
/// <param name="AzureAccountName">Null without one.</param>
/// <param name="RateLimitScale">Null when the rate limits are off.</param>
internal sealed record Account(StorageKind DefaultStorage, string S3Endpoint, string? AzureEndpoint, string? AzureAccountName, double? RateLimitScale)
{
    public const string Email = "user@sandbox.localhost";
    public const string CompanyCode = "sandbox";
    public const string WorkspaceId = "wsSandbox";

    /// <summary>The bucket, and the blob container.</summary>
    public const string Bucket = "sandbox";
    public const string Region = "us-east-1";
    public const string PathBase = "user/user_sandbox";

    public static string StorageId(StorageKind kind) => kind == StorageKind.Azure ? "sandboxAzureStorage" : "sandboxStorage";

    public static string StorageType(StorageKind kind) => kind == StorageKind.Azure ? "AzureStorage" : "S3Storage";

    public JsonObject Profile() => new()
    {
        ["email"] = Email,
        ["fullName"] = "Sandbox User",
        ["company"] = new JsonObject { ["code"] = CompanyCode, ["name"] = "Sandbox" },
        ["workspace"] = new JsonObject { ["id"] = WorkspaceId, ["name"] = "Sandbox" },
        ["defaultStorage"] = Storage(DefaultStorage),
    };

    public JsonObject Storage(StorageKind kind)
    {
        var connection = kind == StorageKind.Azure ? AzureConnection() : S3Connection();
        if (RateLimitScale is { } scale)
            connection["rateLimitScale"] = scale;
        return new JsonObject
        {
            ["id"] = StorageId(kind),
            ["storageType"] = StorageType(kind),
            ["encryptionType"] = "default",
            ["connectionSettings"] = connection,
        };
    }

    /// <summary>Reads the <c>storage</c> of a body and fails it when it is none of the user's.</summary>
    public StorageKind ReadStorage(BodyReader body)
    {
        var kind = DefaultStorage;
        body.Object("storage", storage =>
        {
            string id = storage.Text("id");
            if (Kinds().Cast<StorageKind?>().FirstOrDefault(known => StorageId(known!.Value) == id) is { } found)
                kind = found;
            else if (id.Length > 0)
                storage.Fail("id", $"Invalid pk \"{id}\" - object does not exist.");
            string type = storage.Text("storageType");
            if (type.Length > 0 && type != StorageType(kind))
                storage.Fail("storageType", $"\"{type}\" is not a valid choice.");
            return id;
        });
        return kind;
    }

    private IEnumerable<StorageKind> Kinds() => AzureEndpoint is null ? [StorageKind.S3] : [StorageKind.S3, StorageKind.Azure];

    private JsonObject S3Connection() => new()
    {
        ["region"] = Region,
        ["container"] = Bucket,
        ["pathBase"] = PathBase,
        ["pathPartsBase"] = PathBase,
        ["storageAccount"] = "",
        ["accountName"] = "",
        ["endpointUrl"] = S3Endpoint,
    };

    /// <summary>Interop API 3.1: <c>pathBase</c> is there and not used for the blob's name; <c>pathPartsBase</c> is normally empty.</summary>
    private JsonObject AzureConnection() => new()
    {
        ["region"] = "",
        ["container"] = Bucket,
        ["pathBase"] = PathBase,
        ["pathPartsBase"] = "",
        ["storageAccount"] = "",
        ["accountName"] = AzureAccountName,
        ["endpointUrl"] = AzureEndpoint,
    };
}
