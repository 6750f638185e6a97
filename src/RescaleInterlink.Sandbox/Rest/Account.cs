using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>The one user of a sandbox and the storage that belongs to it.</summary>
internal sealed record Account(string EndpointUrl, double? RateLimitScale)
{
    public const string Email = "user@sandbox.localhost";
    public const string CompanyCode = "sandbox";
    public const string WorkspaceId = "wsSandbox";
    public const string StorageId = "sandboxStorage";
    public const string StorageType = "S3Storage";
    public const string Bucket = "sandbox";
    public const string Region = "us-east-1";
    public const string PathBase = "user/user_sandbox";

    public JsonObject Profile() => new()
    {
        ["email"] = Email,
        ["fullName"] = "Sandbox User",
        ["company"] = new JsonObject { ["code"] = CompanyCode, ["name"] = "Sandbox" },
        ["workspace"] = new JsonObject { ["id"] = WorkspaceId, ["name"] = "Sandbox" },
        ["defaultStorage"] = Storage(),
    };

    public JsonObject Storage()
    {
        var connection = new JsonObject
        {
            ["region"] = Region,
            ["container"] = Bucket,
            ["pathBase"] = PathBase,
            ["pathPartsBase"] = PathBase,
            ["storageAccount"] = "",
            ["accountName"] = "",
            ["endpointUrl"] = EndpointUrl,
        };
        if (RateLimitScale is { } scale)
            connection["rateLimitScale"] = scale;
        return new JsonObject
        {
            ["id"] = StorageId,
            ["storageType"] = StorageType,
            ["encryptionType"] = "default",
            ["connectionSettings"] = connection,
        };
    }
}
