using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Interop API 3: the user, the root folders, temporary storage credentials.</summary>
internal sealed class UserEndpoints(Account account, TemporaryCredentials credentials)
{
    /// <summary>As long as the platform's own.</summary>
    private static readonly TimeSpan CredentialLifetime = TimeSpan.FromMinutes(15);

    public void AddTo(Router router)
    {
        router.Add("GET", "/api/v3/users/me/", _ => ApiAnswer.Ok(account.Profile()));
        router.Add("GET", "/api/v3/users/me/folders/", _ => ApiAnswer.Ok(new JsonObject { ["myJobs"] = RootFolders.MyJobs, ["myLibrary"] = RootFolders.MyLibrary }));
        router.Add("POST", "/api/v3/credentials/", IssueAsync);
    }

    private async Task<ApiAnswer> IssueAsync(ApiRequest request)
    {
        JsonArray paths = [];
        if (await request.ReadOptionalAsync() is { } body && (body.Has("storage") || body.Has("paths")))
            paths = ReadPaths(body);
        var issued = credentials.Issue(CredentialLifetime);
        return ApiAnswer.Created(new JsonObject
        {
            ["storageType"] = Account.StorageType,
            ["storageDir"] = Account.PathBase,
            ["accessKey"] = issued.AccessKey,
            ["secretKey"] = issued.SecretKey,
            ["sessionToken"] = issued.SessionToken,
            ["expiration"] = Views.Date(issued.ExpiresAt),
            ["paths"] = paths,
        });
    }

    private static JsonArray ReadPaths(BodyReader body)
    {
        JsonArray paths = [];
        body.Object("storage", storage =>
        {
            string id = storage.Text("id");
            if (id.Length > 0 && id != Account.StorageId)
                storage.Fail("id", $"Invalid pk \"{id}\" - object does not exist.");
            string type = storage.Text("storageType");
            if (type.Length > 0 && type != Account.StorageType)
                storage.Fail("storageType", $"\"{type}\" is not a valid choice.");
            return id;
        });
        body.Objects("paths", required: true, entry => entry.Object("pathParts", parts =>
        {
            string container = parts.Text("container");
            string path = parts.Text("path");
            paths.Add(new JsonObject { ["path"] = path, ["pathParts"] = new JsonObject { ["container"] = container, ["path"] = path } });
            return path;
        }));
        body.ThrowIfInvalid();
        return paths;
    }
}
