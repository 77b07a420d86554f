// Package awsshape is what AWS resources look like from outside, as data: the shape of ids, ARNs and other computed
// values of each type, and the arguments whose change replaces a resource. It is shared by everything that stands in
// for AWS: the stub provider and the local cloud. It makes nothing and knows no other resource.
//
// Values are of the provider's schema version 6. The same seed gives the same values.
package awsshape
