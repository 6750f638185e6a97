using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage;

/// <summary>Looking for an object that may not be there.</summary>
internal static class ObjectLookup
{
    /// <returns>Null when it is not known to exist. Credentials that may not list a bucket of S3 are answered 403 in place of 404.</returns>
    public static async Task<ObjectProperties?> FindAsync(this IObjectStore store, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetPropertiesAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException unknown) when (
            unknown.ErrorId == ErrorIds.ObjectNotFound || unknown is { ErrorId: ErrorIds.StorageCredentialsRejected, StatusCode: 403 })
        {
            return null;
        }
    }
}
